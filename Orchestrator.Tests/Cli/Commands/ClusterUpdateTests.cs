namespace Orchestrator.Tests.Cli.Commands;

public sealed class ClusterUpdateTests
{
    private const string Swarm =
        """{"ID":"c1","Version":{"Index":7},"Spec":{"Name":"default","Labels":{"a":"b"},"Orchestration":{"TaskHistoryRetentionLimit":9}}}""";

    [TestCase("--strategy binpack", "\"Labels\":{\"a\":\"b\",\"swarmnet.strategy\":\"binpack\"}")]
    [TestCase("--overcommit 0.1", "\"Labels\":{\"a\":\"b\",\"swarmnet.overcommit\":\"0.1\"}")]
    public async Task What_is_named_changes_and_the_rest_is_sent_back_as_it_was(string line, string labels)
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /swarm", Swarm).On("POST /swarm/update", "");
        var outcome = await CliRun.RunAsync(daemon, ["update", .. line.Split(' ')]);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        var sent = daemon.Seen.Last();
        Assert.That(sent.Query, Is.EqualTo("?version=7"));
        Assert.That(sent.Body, Does.Contain(labels).And.Contains("\"TaskHistoryRetentionLimit\":9"));
    }

    [TestCase("", "nothing to change")]
    [TestCase("--strategy best", "best")]
    [TestCase("--overcommit 10", "need a number from 0 to 9")]
    public async Task What_makes_no_sense_is_refused_and_nothing_is_sent(string line, string message)
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /swarm", Swarm);
        var outcome = await CliRun.RunAsync(daemon, ["update", .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.That(outcome.ExitCode, Is.EqualTo(2));
        Assert.That(outcome.Error, Does.Contain(message));
        Assert.That(daemon.Seen.Select(seen => seen.Method), Has.None.EqualTo("POST"));
    }
}
