using Orchestrator.Consensus;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus;

/// <summary>How proposals share flushes, wait, give up and fail, with the disk held still where it matters.</summary>
public sealed class GroupCommitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TemporaryDirectory _directory = null!;
    private RaftNodeOptions _options = null!;
    private FaultyDisk _disk = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();
        _options = NodeBench.Options(_directory);
        _disk = new FaultyDisk();
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public async Task Proposals_that_come_during_a_flush_share_the_next_one()
    {
        await using var node = await NodeBench.StartAsync(_options, _disk);
        await node.ProposeAsync("the first makes the segment");
        var before = _disk.Flushes;
        using var hold = new HeldFlush(_disk);
        var first = node.ProposeAsync("held");
        await hold.Reached;
        var others = Enumerable.Range(0, 500).Select(i => node.ProposeAsync($"{i}")).ToArray();
        Assert.That(others.Any(task => task.IsCompleted), Is.False, "nothing is acknowledged before its flush");
        hold.Release();
        var indexes = (await Task.WhenAll(others)).Select(applied => applied.Index).ToArray();
        var index = (await first).Index;
        Assert.That(indexes, Is.EqualTo(Enumerable.Range((int)index + 1, 500).Select(i => (ulong)i)));
        Assert.That(_disk.Flushes - before, Is.EqualTo(2));
    }

    [Test]
    public async Task A_full_inbox_makes_proposers_wait_and_they_can_give_up_there()
    {
        await using var node = await NodeBench.StartAsync(_options with { InboxCapacity = 1, MaxOutstanding = 2 }, _disk);
        await node.ProposeAsync("a");
        using var hold = new HeldFlush(_disk);
        var flushing = node.ProposeAsync("b");
        await hold.Reached;
        var queued = new[] { node.ProposeAsync("c"), node.ProposeAsync("d"), node.ProposeAsync("e") };
        using var giveUp = new CancellationTokenSource();
        var impatient = node.ProposeAsync("impatient", giveUp.Token);
        var patient = node.ProposeAsync("f");
        await giveUp.CancelAsync();
        Assert.That(async () => await impatient, Throws.InstanceOf<OperationCanceledException>());
        hold.Release();
        await Task.WhenAll([flushing, .. queued, patient]);
        Assert.That(node.Machine.Commands, Is.EqualTo(new[] { "a", "b", "c", "d", "e", "f" }));
    }

    [TestCase(LogFailure.FlushFailed)]
    [TestCase(LogFailure.DiskFull)]
    public async Task A_failing_disk_fails_all_who_wait_and_ends_the_loop(LogFailure failure)
    {
        await using (var node = await NodeBench.StartAsync(_options, _disk))
        {
            await node.ProposeAsync("kept");
            using var hold = new HeldFlush(_disk, () => throw new LogException(failure, "the planted reason"));
            var waiting = new List<Task<Applied>> { node.ProposeAsync("in the flush") };
            await hold.Reached;
            waiting.Add(node.ProposeAsync("in line"));
            hold.Release();
            foreach (var task in waiting)
                Assert.That(async () => await task, Throws.TypeOf<ProposalException>()
                    .With.Message.Contains("the planted reason"));
            Assert.That(async () => await node.Loop, Throws.TypeOf<LogException>()
                .With.Property(nameof(LogException.Failure)).EqualTo(failure));
            Assert.That(async () => await node.ProposeAsync("late"), Throws.TypeOf<ProposalException>());
        }
        await using var again = await NodeBench.StartAsync(_options);
        Assert.That(again.Machine.Commands[0], Is.EqualTo("kept"));
        Assert.That(again.Machine.Commands, Has.No.Member("in line").And.No.Member("late"));
    }

    [Test]
    public async Task A_snapshot_that_cannot_be_written_ends_the_loop_though_nobody_proposes()
    {
        _disk.OnWrite = file =>
        {
            if (file.Path.EndsWith(".snap.tmp", StringComparison.Ordinal))
                throw new LogException(LogFailure.DiskFull, "no room for the snapshot");
        };
        await using var node = NodeBench.Start(_options with { SnapshotEntries = 1 }, _disk);
        Assert.That(async () => await node.Loop.WaitAsync(Patience),
            Throws.TypeOf<LogException>().With.Message.EqualTo("no room for the snapshot"));
    }

    [Test]
    public async Task A_slow_snapshot_does_not_hold_up_the_log()
    {
        using var hold = new HeldFlush(_disk, suffix: ".snap.tmp");
        await using var node = await NodeBench.StartAsync(_options with { SnapshotEntries = 1 }, _disk);
        await node.ProposeAsync("a");
        await hold.Reached;
        foreach (var command in new[] { "b", "c", "d" })
            await node.ProposeAsync(command);
        hold.Release();
    }

    [Test]
    public async Task A_stop_waits_for_the_batch_in_flight_and_acknowledges_it()
    {
        await using var node = await NodeBench.StartAsync(_options, _disk);
        using var hold = new HeldFlush(_disk);
        var inFlight = node.ProposeAsync("in flight");
        await hold.Reached;
        var stopping = node.StopAsync();
        hold.Release();
        Assert.That((await inFlight).Accepted, Is.True);
        await stopping;
    }

    [Test]
    public async Task A_stop_does_not_wait_for_ever_for_a_disk_that_hangs()
    {
        await using var node = await NodeBench.StartAsync(_options with { StopGrace = TimeSpan.FromMilliseconds(50) }, _disk);
        using var hold = new HeldFlush(_disk);
        var inFlight = node.ProposeAsync("in flight");
        await hold.Reached;
        Assert.That(node.StopAsync, Throws.TypeOf<LogException>()
            .With.Property(nameof(LogException.Failure)).EqualTo(LogFailure.Stalled));
        Assert.That(async () => await inFlight, Throws.TypeOf<ProposalException>());
        await node.Node.DisposeAsync();
        hold.Release();
    }
}
