namespace Orchestrator.Tests.Cli.Commands;

public sealed class RebalanceTests
{
    private const string Path = "POST /swarmnet/v1/rebalance";

    private const string Answer = """
        {"Moves":[{"Task":"t1","Service":"web","Slot":3,"From":"node1","To":"node2","Why":"3 of its tasks on node1, 0 on node2"}],
         "LeftAlone":[{"Service":"db","Why":"it is being updated"}],"UnderWay":2}
        """;

    [Test]
    public async Task Moves_are_a_table_and_the_rest_is_said_beside_it()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On(Path, Answer);
        var run = await CliRun.RunAsync(daemon, "rebalance", "--max-moves", "3", "web", "db");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(daemon.Seen.Single().Body, Is.EqualTo("""{"Services":["web","db"],"MaxMoves":3}"""));
        Assert.That(run.Out, Is.EqualTo("""
            SERVICE   TASK      FROM      TO        WHY
            web       web.3     node1     node2     3 of its tasks on node1, 0 on node2

            """));
        Assert.That(run.Error, Is.EqualTo("""
            db is left alone: it is being updated
            Under way since before: 2 tasks; they count against --max-moves.
            1 task to be moved. Follow it with: swarmnet service ps web

            """));
    }

    [Test]
    public async Task A_dry_run_is_asked_for_and_said()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On(Path, Answer);
        var run = await CliRun.RunAsync(daemon, "rebalance", "--dry-run");
        Assert.That(daemon.Seen.Single().Body, Is.EqualTo("""{"DryRun":true}"""));
        Assert.That(run.Error, Does.EndWith("1 task would be moved. Nothing was changed.\n"));
    }

    [Test]
    public async Task When_nothing_is_to_be_moved_a_sentence_says_so()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On(Path, """{"Moves":[],"LeftAlone":[],"UnderWay":0}""");
        var run = await CliRun.RunAsync(daemon, "rebalance");
        Assert.That((run.ExitCode, run.Out, run.Error), Is.EqualTo((0, "", "Nothing is to be moved.\n")));
        var json = await CliRun.RunAsync(daemon, "rebalance", "--format", "json");
        Assert.That(json.Out, Does.Contain("\"UnderWay\": 0"));
    }

    [Test]
    public async Task A_number_that_is_none_is_refused_before_anything_is_sent()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        var run = await CliRun.RunAsync(daemon, "rebalance", "--max-moves", "many");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(daemon.Seen, Is.Empty);
    }
}
