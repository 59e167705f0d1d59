namespace Orchestrator.Tests.Cli.Commands;

[TestFixture]
public sealed class ListingTests
{
    private const string Nodes = """
        [{"ID":"n10","Spec":{"Availability":"active","Role":"worker"},"Description":{"Hostname":"node10","Engine":{"EngineVersion":"28"}},"Status":{"State":"down"}},
         {"ID":"n2","Spec":{"Availability":"drain","Role":"manager"},"Description":{"Hostname":"node2","Engine":{"EngineVersion":"28"}},"Status":{"State":"ready"},"ManagerStatus":{"Leader":true,"Reachability":"reachable"}}]
        """;

    private const string Services = """
        [{"ID":"svc1aaaaaaaaaaaaaaaaaaaaa","Spec":{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"img:1@sha256:abc"}},
          "Mode":{"Replicated":{"Replicas":3}},"EndpointSpec":{"Ports":[{"Protocol":"tcp","TargetPort":80,"PublishedPort":8080,"PublishMode":"host"}]}},
          "ServiceStatus":{"RunningTasks":2,"DesiredTasks":3}}]
        """;

    private const string Tasks = """
        [{"ID":"old","ServiceID":"svc1aaaaaaaaaaaaaaaaaaaaa","Slot":1,"NodeID":"n2","CreatedAt":"2026-11-20T17:00:00Z","DesiredState":"shutdown",
          "Spec":{"ContainerSpec":{"Image":"img:1"}},
          "Status":{"State":"failed","Timestamp":"2026-11-20T17:30:00Z","Err":"task: non-zero exit (1), after a very long story about what went wrong on the way"}},
         {"ID":"new","ServiceID":"svc1aaaaaaaaaaaaaaaaaaaaa","Slot":1,"CreatedAt":"2026-11-20T17:31:00Z","DesiredState":"running",
          "Spec":{"ContainerSpec":{"Image":"img:1"}},
          "Status":{"State":"pending","Timestamp":"2026-11-20T17:50:00Z","Err":"no suitable node (scheduling constraints not satisfied on 2 nodes; insufficient memory on 1)"}}]
        """;

    [Test]
    public async Task Nodes_are_listed_in_natural_order_with_a_star_for_this_one()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /nodes", Nodes).On("GET /info", """{"Swarm":{"NodeID":"n2"}}""");
        var outcome = await CliRun.RunAsync(daemon, "node", "ls");
        Assert.That(outcome.Out, Is.EqualTo(
            "ID        HOSTNAME   STATUS    AVAILABILITY   MANAGER STATUS   ENGINE VERSION\n"
            + "n2 *      node2      Ready     Drain          Leader           28\n"
            + "n10       node10     Down      Active                          28\n"));
        Assert.That(outcome.ExitCode, Is.Zero);
        Assert.That(outcome.Error, Is.Empty);
    }

    [TestCase(1, 1, 0, 0, "1 manager: none may fail")]
    [TestCase(2, 2, 0, 0, "2 managers, 2 reachable: none may fail")]
    [TestCase(3, 3, 0, 1, "3 managers, 3 reachable: 1 may fail")]
    [TestCase(3, 2, 0, 0, "3 managers, 2 reachable: none may fail")]
    [TestCase(5, 5, 0, 2, "5 managers, 5 reachable: 2 may fail")]
    [TestCase(1, 1, 1, 0, "1 manager: none may fail; 1 more is catching up")]
    [TestCase(3, 3, 2, 1, "3 managers, 3 reachable: 1 may fail; 2 more are catching up")]
    [TestCase(3, 1, 0, -1,
        "3 managers, 1 reachable: no quorum, bring 1 back or see swarmnet init --force-new-cluster")]
    public async Task The_list_ends_with_what_the_managers_can_lose(
        int voters, int reachable, int learners, int margin, string line)
    {
        var quorum = $"\"Voters\":{voters},\"Reachable\":{reachable},\"Learners\":{learners},\"Margin\":{margin}";
        await using var daemon = (await FakeDaemon.StartAsync())
            .On("GET /nodes", Nodes).On("GET /info", """{"Swarm":{"NodeID":"n2","Quorum":{""" + quorum + "}}}");
        var outcome = await CliRun.RunAsync(daemon, "node", "ls");
        Assert.That(outcome.Error, Is.EqualTo(line + "\n"));
        Assert.That(outcome.Out, Does.EndWith("Active                          28\n"), "stdout is for the nodes");
    }

    [TestCase("-q")]
    [TestCase("--format={{.ID}}")]
    [TestCase("--format=json")]
    [TestCase("--format=table {{.ID}}")]
    public async Task Nothing_but_the_nodes_is_printed_for_scripts(string flag)
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /nodes", Nodes)
            .On("GET /info", """{"Swarm":{"NodeID":"n2","Quorum":{"Voters":1,"Reachable":1,"Margin":0}}}""");
        Assert.That((await CliRun.RunAsync(daemon, "node", "ls", flag)).Error, Is.Empty);
    }

    [Test]
    public async Task Without_a_leader_the_list_fails_and_says_how_many_managers_are_missing()
    {
        await using var daemon = (await FakeDaemon.StartAsync())
            .On("GET /nodes", """{"message":"The swarm does not have a leader. (1 more must run)"}""", 500)
            .On("GET /info", """{"Swarm":{"NodeID":"n2","Quorum":{"Voters":3,"Reachable":1,"Margin":-1}}}""");
        var outcome = await CliRun.RunAsync(daemon, "node", "ls");
        Assert.That(outcome.Error, Does.StartWith("Error: The swarm does not have a leader.")
            .And.Contain("3 managers, 1 reachable: no quorum, bring 1 back").And.Contain("majority of the managers"));
        Assert.That(outcome.Out, Is.Empty);
        Assert.That(outcome.ExitCode, Is.EqualTo(5));
    }

    [Test]
    public async Task Quiet_prints_ids_and_asks_for_nothing_more()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /nodes", Nodes);
        var outcome = await CliRun.RunAsync(daemon, "node", "ls", "-q", "-f", "role=worker");
        Assert.That(outcome.Out, Is.EqualTo("n2\nn10\n"));
        Assert.That(Uri.UnescapeDataString(daemon.Seen.Single().Query), Is.EqualTo("""?filters={"role":{"worker":true}}"""));
    }

    [Test]
    public async Task Services_show_their_tasks_their_image_and_their_ports()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /services", Services);
        var outcome = await CliRun.RunAsync(daemon, "service", "ls");
        Assert.That(outcome.Out, Does.Contain("svc1aaaaaaaa   web       replicated   2/3        img:1     *:8080->80/tcp (host)"));
    }

    [Test]
    public async Task A_pending_task_tells_its_whole_reason_and_an_old_one_a_short_one()
    {
        await using var daemon = (await FakeDaemon.StartAsync())
            .On("GET /services/web", Services.Trim('[', ']')).On("GET /services", Services).On("GET /nodes", Nodes).On("GET /tasks", Tasks);
        var outcome = await CliRun.RunAsync(daemon, "service", "ps", "web");
        var lines = outcome.Out.Split('\n');
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(lines[1], Does.StartWith("new       web.1").And.Contains("Pending 10 minutes ago")
            .And.Contains("\"no suitable node (scheduling constraints not satisfied on 2 nodes; insufficient memory on 1)\""));
        Assert.That(lines[2], Does.StartWith(@"old        \_ web.1").And.Contains("node2").And.Contains("…\""));
    }

    [Test]
    public async Task Inspect_shows_what_is_there_and_complains_about_what_is_not()
    {
        await using var daemon = (await FakeDaemon.StartAsync())
            .On("GET /services/web", """{"ID":"1","Spec":{"Name":"web"},"Unknown":"<kept>"}""").On("GET /services", Services);
        var outcome = await CliRun.RunAsync(daemon, "service", "inspect", "web", "wbe");
        Assert.That(outcome.Out, Is.EqualTo(
            "[\n    {\n        \"ID\": \"1\",\n        \"Spec\": {\n            \"Name\": \"web\"\n        },\n        \"Unknown\": \"<kept>\"\n    }\n]\n"));
        Assert.That(outcome.Error, Does.Contain("there is no service \"wbe\"").And.Contains("Did you mean web?"));
        Assert.That(outcome.ExitCode, Is.EqualTo(3));
    }

    [Test]
    public async Task Logs_carry_the_task_and_the_node_and_keep_the_streams_apart()
    {
        const string details =
            "com.docker.swarm.node.id=n2,com.docker.swarm.service.id=svc1aaaaaaaaaaaaaaaaaaaaa,com.docker.swarm.task.id=new";
        await using var daemon = (await FakeDaemon.StartAsync())
            .On("GET /services/web", Services.Trim('[', ']')).On("GET /nodes", Nodes).On("GET /tasks", Tasks)
            .On("GET /services/svc1aaaaaaaaaaaaaaaaaaaaa/logs", [.. Frame(1, $"{details} hello world\n"), .. Frame(2, $"{details} oh\n")]);
        var outcome = await CliRun.RunAsync(daemon, "service", "logs", "--tail", "5", "web");
        Assert.That(outcome.Out, Is.EqualTo("web.1.new@      | hello world\n"));
        Assert.That(outcome.Error, Is.EqualTo("web.1.new@      | oh\n"));
        Assert.That(daemon.Seen.Last().Query, Is.EqualTo("?stdout=1&stderr=1&tail=5&details=1"));
        Assert.That(outcome.ExitCode, Is.Zero);
    }

    [Test]
    public async Task A_log_that_is_cut_off_is_an_error()
    {
        await using var daemon = (await FakeDaemon.StartAsync())
            .On("GET /services/web", Services.Trim('[', ']'))
            .On("GET /services/svc1aaaaaaaaaaaaaaaaaaaaa/logs", Frame(1, "hello\n")[..10]);
        var outcome = await CliRun.RunAsync(daemon, "service", "logs", "--raw", "web");
        Assert.That(outcome.Error, Does.Contain("cut off"));
        Assert.That(outcome.ExitCode, Is.EqualTo(5));
    }

    private static byte[] Frame(byte stream, string text)
    {
        var payload = System.Text.Encoding.UTF8.GetBytes(text);
        return [stream, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];
    }
}
