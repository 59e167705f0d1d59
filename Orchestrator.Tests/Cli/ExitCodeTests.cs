using System.CommandLine;
using Orchestrator.Cli;

namespace Orchestrator.Tests.Cli;

/// <summary>What goes wrong, and how the process tells it.</summary>
[TestFixture]
public sealed class ExitCodeTests
{
    private const string Service = """{"ID":"svc1","Version":{"Index":1},"Spec":{"Name":"web","Mode":{"Replicated":{"Replicas":1}}}}""";

    [TestCase(404, "node x not found", 3, "there is no node \"x\"")]
    [TestCase(409, "in use", 4, "in use")]
    [TestCase(500, "rpc error: update out of sequence", 4, "run the command again")]
    [TestCase(500, "boom", 1, "boom")]
    [TestCase(400, "bad", 1, "bad")]
    [TestCase(403, "no", 5, "no")]
    [TestCase(503, "This node is not a swarm manager. Use \\\"swarmnet init\\\"", 5, "Start a cluster with")]
    [TestCase(503, "This node is not a swarm manager. Worker nodes can't be used", 5, "Run it on a manager")]
    [TestCase(503, "This node is already part of a swarm. Use x", 4, "swarmnet leave")]
    [TestCase(503, "You are attempting to leave the swarm. Use `--force`", 4, "swarmnet leave --force")]
    [TestCase(503, "You are attempting to leave the swarm as a manager. Use `--force`", 4, "swarmnet node demote self")]
    [TestCase(500, "The swarm does not have a leader.", 5, "majority of the managers")]
    public async Task A_refusal_has_its_exit_code_and_a_way_on(int status, string message, int exitCode, string told)
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("DELETE /nodes/x", $$"""{"message":"{{message}}"}""", status).On("GET /nodes", "[]");
        var outcome = await CliRun.RunAsync(daemon, "node", "rm", "x");
        Assert.That(outcome.Error, Does.StartWith("Error: ").And.Contains(told));
        Assert.That(outcome.Out, Is.Empty);
        Assert.That(outcome.ExitCode, Is.EqualTo(exitCode));
    }

    [Test]
    public async Task A_daemon_that_does_not_run_is_told_with_the_way_to_start_it()
    {
        var outcome = await CliRun.RunAsync("-H", "unix:///nonexistent/x.sock", "node", "ls");
        Assert.That(outcome.Error, Does.StartWith("Error: cannot reach the swarmnet daemon: is it running?\n  at unix:///nonexistent/x.sock: no such socket\n")
            .And.Contains("swarmnet daemon"));
        Assert.That(outcome.ExitCode, Is.EqualTo(5));
    }

    [Test]
    public async Task Nonsense_instead_of_an_answer_is_told()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /nodes", "<html>");
        var outcome = await CliRun.RunAsync(daemon, "node", "ls");
        Assert.That(outcome.Error, Does.Contain("makes no sense"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
    }

    [TestCase("servce ls", "Did you mean service?")]
    [TestCase("swarm init", "It is one word less here: swarmnet init")]
    [TestCase("service crate x", "Did you mean create?")]
    [TestCase("service ls --fromat json", "Did you mean --format?")]
    [TestCase("service ps", "needs at least 1 argument")]
    [TestCase("info now", "takes no arguments")]
    [TestCase("service rollback a b", "takes exactly 1 argument")]
    [TestCase("service scale web", "not SERVICE=REPLICAS")]
    [TestCase("join-token wroker", "Did you mean worker?")]
    [TestCase("join 1.2.3.4:2377", "the join token is missing")]
    [TestCase("node update --availability drian n", "Did you mean drain?")]
    [TestCase("service ls --filter name", "not key=value")]
    [TestCase("service logs --tail few web", "whole number")]
    [TestCase("service ls --format", "needs a value")]
    [TestCase("--hots x", "unknown flag: --hots")]
    [TestCase("completion tcsh", "Use bash, zsh or fish")]
    public async Task A_wrong_command_line_is_told_with_what_was_meant(string line, string told)
    {
        var outcome = await CliRun.RunAsync(line.Split(' '));
        Assert.That(outcome.Error, Does.StartWith("Error: ").And.Contains(told));
        Assert.That(outcome.ExitCode, Is.EqualTo(2));
        Assert.That(outcome.Out, Is.Empty);
    }

    [Test]
    public async Task Help_leads_with_an_example_for_every_command()
    {
        foreach (var path in Leaves("", Orchestrator.Cli.Commands.Catalog.Root).Where(path => !path.StartsWith("__", StringComparison.Ordinal)))
        {
            var outcome = await CliRun.RunAsync([.. path.Split(' '), "--help"]);
            Assert.That(outcome.ExitCode, Is.Zero, path);
            Assert.That(outcome.Out.Split('\n')[2], Does.StartWith("Example"), path);
            Assert.That(outcome.Out, Does.Contain($"  swarmnet {path}").And.Contains("Usage:"), path);
        }
    }

    private static IEnumerable<string> Leaves(string prefix, CommandEntry entry) => entry.Children.SelectMany(child =>
        child.Build is null ? Leaves($"{prefix}{child.Name} ", child) : [prefix + child.Name]);

    [Test]
    public async Task The_table_of_exit_codes_is_in_the_help()
    {
        var outcome = await CliRun.RunAsync("--help");
        foreach (var meaning in ExitCode.Table.Select(pair => pair.Value))
            Assert.That(outcome.Out, Does.Contain(meaning));
    }

    [Test]
    public async Task A_paused_update_fails_with_the_reason_and_the_next_command()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /services/web", Service)
            .On("POST /services/svc1/update", """{"Warnings":["old"]}""")
            .On("GET /services/svc1", Service.Replace("\"Spec\"", "\"UpdateStatus\":{\"State\":\"paused\",\"Message\":\"task failed\"},\"Spec\"", StringComparison.Ordinal))
            .On("GET /tasks", """[{"ID":"t","Slot":1,"DesiredState":"running","Status":{"State":"pending","Err":"no suitable node"}}]""")
            .On("GET /nodes", "[]");
        var outcome = await CliRun.RunAsync(daemon, "service", "update", "--image", "x", "web");
        Assert.That(outcome.Out, Is.EqualTo("web\n"));
        Assert.That(outcome.Error, Does.Contain("Warning: old\n").And.Contains("1/1: pending: no suitable node\n")
            .And.Contains("Error: service web: the update is paused: task failed\n")
            .And.Contains("swarmnet service rollback web").And.Not.Contains("\e"));
        Assert.That(outcome.ExitCode, Is.EqualTo(6));
    }

    [Test]
    public async Task A_service_that_does_not_converge_in_time_says_what_is_in_the_way()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("POST /services/create", """{"ID":"svc1"}""", 201).On("GET /services/svc1", Service)
            .On("GET /tasks", """[{"ID":"t","Slot":1,"DesiredState":"running","Status":{"State":"pending","Err":"no suitable node"}}]""")
            .On("GET /nodes", "[]");
        var outcome = await CliRun.RunAsync(daemon, "service", "create", "--quiet", "--timeout", "3s", "x");
        Assert.That(outcome.Error, Does.Contain("service web has not converged within 3s: 0 of 1 tasks are there").And.Contains("no suitable node"));
        Assert.That(outcome.ExitCode, Is.EqualTo(6));
    }

    [Test]
    public async Task A_service_that_runs_converges()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /services/web", Service).On("POST /services/svc1/update", """{"Warnings":null}""")
            .On("GET /services/svc1", Service).On("GET /nodes", "[]")
            .On("GET /tasks", """[{"ID":"t","Slot":1,"DesiredState":"running","Status":{"State":"running"}}]""");
        var outcome = await CliRun.RunAsync(daemon, "service", "scale", "web=1");
        Assert.That(outcome.Out, Is.EqualTo("web scaled to 1\n"));
        Assert.That(outcome.Error, Does.EndWith("verify: service web converged\n"));
        Assert.That(outcome.ExitCode, Is.Zero);
    }

    [Test]
    public async Task Ctrl_C_stops_watching_and_says_that_the_service_goes_on()
    {
        using var interrupt = new CancellationTokenSource();
        await using var daemon = (await FakeDaemon.StartAsync()).On("POST /services/create", """{"ID":"svc1"}""", 201)
            .On("GET /services/svc1", Service).On("GET /tasks", "[]").On("GET /nodes", "[]");
        daemon.OnRequest = request =>
        {
            if (daemon.Seen.Count(seen => seen.Path == "/tasks") > 1)
                interrupt.Cancel();
        };
        var outcome = await CliRun.RunAsync(
            environment => environment, ["-H", daemon.Address, "service", "create", "x"], [], interrupt.Token);
        Assert.That(outcome.Error, Does.Contain("The service goes on in the background").And.Contains("swarmnet service ps web"));
        Assert.That(outcome.ExitCode, Is.EqualTo(130));
    }

    [Test]
    public async Task Commands_of_the_host_are_found_with_their_own_options()
    {
        var size = new Option<int>("--size", "-s");
        var web = new Command("web") { size };
        var sample = new Command("sample", "Samples") { web };
        web.SetAction(parsed => 40 + parsed.GetValue(size));
        var outcome = await CliRun.RunAsync(environment => environment, ["sample", "web", "-s", "2"], [sample], CancellationToken.None);
        Assert.That(outcome.ExitCode, Is.EqualTo(42));
        var wrong = await CliRun.RunAsync(environment => environment, ["sample", "web", "-s", "x"], [sample], CancellationToken.None);
        Assert.That(wrong.ExitCode, Is.EqualTo(2));
        var typo = await CliRun.RunAsync(environment => environment, ["smaple"], [sample], CancellationToken.None);
        Assert.That(typo.Error, Does.Contain("Did you mean sample?"));
    }
}
