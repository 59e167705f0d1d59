namespace Orchestrator.Tests.Cli.Commands;

/// <summary>Promoting and demoting, in docker's words.</summary>
[TestFixture]
public sealed class NodeRolesTests
{
    private const string Manager = """{"ID":"m1","Version":{"Index":7},"Spec":{"Role":"manager","Availability":"drain","Labels":{"a":"b"}}}""";
    private const string Worker = """{"ID":"w1","Version":{"Index":8},"Spec":{"Role":"worker","Availability":"active"}}""";

    [TestCase("promote node2", "POST /nodes/w1/update?version=8", """{"Labels":null,"Role":"manager","Availability":"active"}""",
        "Node node2 promoted to a manager in the swarm.\n")]
    [TestCase("demote node1", "POST /nodes/m1/update?version=7", """{"Labels":{"a":"b"},"Role":"worker","Availability":"drain"}""",
        "Manager node1 demoted in the swarm.\n")]
    [TestCase("demote --force node1", "POST /nodes/m1/update?version=7&force=1",
        """{"Labels":{"a":"b"},"Role":"worker","Availability":"drain"}""", "Manager node1 demoted in the swarm.\n")]
    [TestCase("update --role manager node2", "POST /nodes/w1/update?version=8",
        """{"Labels":null,"Role":"manager","Availability":"active"}""", "node2\n")]
    public async Task Only_the_role_changes(string line, string request, string body, string told)
    {
        await using var daemon = await DaemonAsync();
        var outcome = await CliRun.RunAsync(daemon, ["node", .. line.Split(' ')]);
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(outcome.Out, Is.EqualTo(told));
        var sent = daemon.Seen.Last();
        Assert.That($"{sent.Method} {sent.Path}{sent.Query}", Is.EqualTo(request));
        Assert.That(sent.Body, Is.EqualTo(body));
    }

    [TestCase("promote node1", "Node m1 is already a manager.\n")]
    [TestCase("demote node2", "Node w1 is already a worker.\n")]
    public async Task What_it_is_already_is_said_and_nothing_is_sent(string line, string told)
    {
        await using var daemon = await DaemonAsync();
        var outcome = await CliRun.RunAsync(daemon, ["node", .. line.Split(' ')]);
        Assert.That(outcome, Is.EqualTo(new CliOutcome(0, told, "")));
        Assert.That(daemon.Seen.Select(seen => seen.Method), Has.All.EqualTo("GET"));
    }

    [Test]
    public async Task A_refusal_is_shown_as_it_is_and_the_others_are_tried()
    {
        const string why = "attempting to demote the last manager of the swarm";
        await using var daemon = (await DaemonAsync()).On("POST /nodes/m0/update", $$"""{"message":"{{why}}"}""", 400)
            .On("GET /nodes/node0", Manager.Replace("m1", "m0", StringComparison.Ordinal));
        var outcome = await CliRun.RunAsync(daemon, "node", "demote", "node0", "node1");
        Assert.That(outcome.Error, Does.StartWith("Error: " + why));
        Assert.That(outcome.Out, Is.EqualTo("Manager node1 demoted in the swarm.\n"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
    }

    private static async Task<FakeDaemon> DaemonAsync() => (await FakeDaemon.StartAsync())
        .On("GET /nodes/node1", Manager).On("GET /nodes/node2", Worker)
        .On("POST /nodes/m1/update", "").On("POST /nodes/w1/update", "");
}
