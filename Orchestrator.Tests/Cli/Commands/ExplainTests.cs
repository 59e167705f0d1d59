namespace Orchestrator.Tests.Cli.Commands;

/// <summary>explain and create --dry-run as a user types them.</summary>
public sealed class ExplainTests
{
    /// <summary>Of the clock of <see cref="CliRun"/>, which then runs fast: ages are told in hours.</summary>
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 18, 0, 0, TimeSpan.Zero);

    private const string Refused = """
        {"Strategy":"spread","Nodes":7,"Fitting":0,"Alike":0,"Best":[],"LeftOut":0,"Refusals":[{"Filter":"constraints","Nodes":7,
         "Summary":"scheduling constraints not satisfied on 7 nodes","Wakes":"a node is labelled or described otherwise","Shown":[
          {"NodeID":"1","Name":"host1","Filter":"constraints","Detail":"asked node.labels.disk==ssd, it has hdd","Remedy":"swarmnet node update --label-add disk=ssd host1"},
          {"NodeID":"2","Name":"h2","Filter":"constraints","Detail":"asked node.labels.disk==ssd, it has none","Remedy":"swarmnet node update --label-add disk=ssd h2"},
          {"NodeID":"3","Name":"h3"},{"NodeID":"4","Name":"h4"},{"NodeID":"5","Name":"h5"},{"NodeID":"6","Name":"h6"},{"NodeID":"7","Name":"h7"}]}]}
        """;

    private const string Fits = """
        {"Strategy":"spread","SpreadOver":["node.labels.zone"],"Nodes":3,"Fitting":2,"Alike":1,"LeftOut":1,"Best":[
          {"NodeID":"1","Name":"host1","Fits":true,"Score":{"TasksInBranches":[0],"ReservedPercent":12.5,"Tasks":3}},
          {"NodeID":"2","Name":"host2","Fits":true,"Score":{"TasksInBranches":[1],"TasksOfService":1,"ReservedPercent":50,"Tasks":1}}],"Refusals":[]}
        """;

    [Test]
    public async Task What_fits_nowhere_shows_five_nodes_of_each_filter_and_what_would_help()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /swarmnet/v1/explain/services/db",
            $$"""{"ServiceID":"s","Name":"db","Waiting":2,"WaitingSince":"{{Start.AddHours(-5):O}}","Err":"waits for web.1 to stop","Next":{{Refused}} }""");
        var outcome = await CliRun.RunAsync(daemon, "explain", "service", "db");
        Assert.That(outcome, Is.EqualTo(new CliOutcome(0, """
            Service db: 2 tasks wait for a node for 5 hours; the next: none of 7 nodes fits
            When it was tried last: waits for web.1 to stop

            scheduling constraints not satisfied on 7 nodes; tried again when a node is labelled or described otherwise
            NODE      WHY                                        WHAT WOULD HELP
            host1     asked node.labels.disk==ssd, it has hdd    swarmnet node update --label-add disk=ssd host1
            h2        asked node.labels.disk==ssd, it has none   swarmnet node update --label-add disk=ssd h2
            h3
            h4
            h5
            and 2 more

            """, "")));
    }

    [Test]
    public async Task What_fits_shows_the_parts_of_the_score_that_differ_from_nothing()
    {
        await using var daemon = (await FakeDaemon.StartAsync())
            .On("GET /swarmnet/v1/explain/services/web", $$"""{"ServiceID":"s","Name":"web","Next":{{Fits}} }""");
        var outcome = await CliRun.RunAsync(daemon, "explain", "service", "web");
        Assert.That(outcome, Is.EqualTo(new CliOutcome(0, """
            Service web: no task waits; one more: would go to host1

            2 of 3 nodes fit, best first; strategy spread, what weighs most first
            NODE      TASKS IN node.labels.zone   TASKS OF SERVICE   RESERVED   TASKS
            host1     0                           0                  12.5 %     3
            host2     1                           1                  50 %       1

            """, "")));
        var json = await CliRun.RunAsync(daemon, "explain", "service", "web", "--format", "json");
        Assert.That(json.Out, Does.StartWith("{\n    \"ServiceID\": \"s\",\n"));
    }

    [Test]
    public async Task A_name_that_does_not_exist_brings_the_nearest()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /services", """[{"ID":"1","Spec":{"Name":"web"}}]""");
        var outcome = await CliRun.RunAsync(daemon, "explain", "service", "wep");
        Assert.That((outcome.ExitCode, outcome.Error), Is.EqualTo((3, $"Error: there is no service \"wep\"\n  at {daemon.Address}\n  Did you mean web?\n")));
    }

    [Test]
    public async Task A_task_says_where_it_is_or_why_it_waits()
    {
        var since = Start.AddHours(-3).ToString("O");
        await using var daemon = (await FakeDaemon.StartAsync())
            .On("GET /swarmnet/v1/explain/tasks/t1", $$"""
                {"TaskID":"t1","Name":"web.1","State":"running","DesiredState":"running","Since":"{{since}}",
                 "Node":{"NodeID":"1","Name":"host1","Filter":"ready","Detail":"its availability is drain","Remedy":"swarmnet node update --availability active host1"} }
                """)
            .On("GET /swarmnet/v1/explain/tasks/t2", $$"""
                {"TaskID":"t2","Name":"web.2","State":"pending","DesiredState":"running","Since":"{{since}}","Err":"no suitable node (…)",
                 "Next":{"Nodes":0,"Refusals":[],"Best":[]} }
                """);
        var placed = await CliRun.RunAsync(daemon, "explain", "task", "t1");
        Assert.That(placed, Is.EqualTo(new CliOutcome(0, """
            Task web.1 (t1): running on host1, 3 hours ago; wanted: running
            host1 would not take it again: its availability is drain; swarmnet node update --availability active host1

            """, "")));
        var waiting = await CliRun.RunAsync(daemon, "explain", "task", "t2");
        Assert.That(waiting.Out, Is.EqualTo("""
            Task web.2 (t2): pending, 3 hours ago; wanted: running
            no suitable node (…)
            Now: the cluster has no nodes

            """));
    }

    [Test]
    public async Task A_node_says_what_it_holds_and_what_it_would_take()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /swarmnet/v1/explain/nodes/host1", $$"""
            {"NodeID":"n1","Name":"host1","State":"ready","Availability":"active","Tasks":2,
             "Reserved":{"NanoCPUs":1500000000,"MemoryBytes":1073741824,"GenericResources":[{"DiscreteResourceSpec":{"Kind":"gpu","Value":1} }]},
             "Capacity":{"NanoCPUs":4000000000,"MemoryBytes":4294967296,
               "GenericResources":[{"NamedResourceSpec":{"Kind":"gpu","Value":"a"} },{"NamedResourceSpec":{"Kind":"gpu","Value":"b"} }]},
             "Waiting":[{"ServiceID":"s","Name":"db","Tasks":1,"Since":"{{Start.AddHours(-2):O}}",
               "Verdict":{"Filter":"resources","Detail":"asked CPU 3, free 2.5 of 4","Remedy":"make room there for CPU 0.5, or reserve at most CPU 2.5"} },
              {"ServiceID":"t","Name":"web","Tasks":2,"Since":"{{Start.AddHours(-3):O}}","Verdict":{"Fits":true} }]}
            """);
        var outcome = await CliRun.RunAsync(daemon, "explain", "node", "host1");
        Assert.That(outcome, Is.EqualTo(new CliOutcome(0, """
            Node host1 (n1): ready, active
            Tasks: 2
            Reserved: CPU 1.5 of 4, memory 1GiB of 4GiB, gpu 1 of 2

            WAITING SERVICE   TASKS     FOR       VERDICT                                 WHAT WOULD HELP
            db                1         2 hours   resources: asked CPU 3, free 2.5 of 4   make room there for CPU 0.5, or reserve at most CPU 2.5
            web               2         3 hours   fits

            """, "")));
    }

    [TestCase(3, 0)]
    [TestCase(2, 1)]
    public async Task A_dry_run_creates_nothing_and_fails_when_some_do_not_fit(int placed, int exitCode)
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("POST /swarmnet/v1/explain/services", $$"""
            {"Tasks":3,"Placed":{{placed}},"Nodes":[{"NodeID":"1","Name":"host1","Tasks":{{placed}}}],"Warnings":["careful"],"Next":{{Refused}},
             "PushedOut":[{"NodeID":"2","Name":"h2","Tasks":["low.1","low.2"]}]}
            """);
        var outcome = await CliRun.RunAsync(daemon, "service", "create", "--dry-run", "--replicas", "3", "nginx");
        Assert.That((outcome.ExitCode, outcome.Error), Is.EqualTo((exitCode, "Warning: careful\n")));
        Assert.That(outcome.Out, Does.StartWith($"""
            Nothing is created. {placed} of 3 tasks fit now

            NODE      NEW TASKS
            host1     {placed}

            """));
        Assert.That(outcome.Out, (placed < 3 ? Does.Contain("The next, after these: none of 7 nodes fits\nOne would push out, on h2: low.1, low.2\n") : Does.Not.Contain("after these")));
        Assert.That(daemon.Seen.Select(seen => $"{seen.Method} {seen.Path}"), Is.EqualTo(new[] { "POST /swarmnet/v1/explain/services" }));
    }

    [Test]
    public async Task Format_belongs_to_a_dry_run()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        var outcome = await CliRun.RunAsync(daemon, "service", "create", "--format", "json", "nginx");
        Assert.That(outcome.ExitCode, Is.EqualTo(2));
        Assert.That(daemon.Seen, Is.Empty);
    }
}
