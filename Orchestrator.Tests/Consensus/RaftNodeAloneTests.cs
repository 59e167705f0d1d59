using Orchestrator.Consensus;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Consensus;

public sealed class RaftNodeAloneTests
{
    private TemporaryDirectory _directory = null!;
    private RaftNodeOptions _options = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();
        _options = NodeBench.Options(_directory);
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public async Task Commands_are_applied_in_order_and_are_there_after_a_restart()
    {
        await using (var first = NodeBench.Start(_options))
        {
            // The first entry of each term is the leader's own.
            Assert.That((await first.ProposeAsync("a")).Index, Is.EqualTo(2));
            Assert.That((await first.ProposeAsync("b")).Index, Is.EqualTo(3));
            await first.BarrierAsync();
        }
        await using var second = await NodeBench.StartAsync(_options);
        Assert.That(second.Machine.Commands, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(second.Node.AppliedIndex, Is.EqualTo(4));
        Assert.That((await second.ProposeAsync("c")).Index, Is.EqualTo(5));
    }

    [Test]
    public async Task Much_that_is_to_be_applied_leaves_turns_to_others()
    {
        var (shown, node) = (new List<ulong>(), (RaftNode?)null);
        await using (var first = NodeBench.Start(_options))
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => first.ProposeAsync(new string('x', 600 * 1024))));
        using var known = new ManualResetEventSlim();
        var machine = new RecordingMachine
        {
            BeforeApply = _ =>
            {
                known.Wait(Eventually.Patience);
                shown.Add(node!.Status.AppliedIndex);
            },
        };
        await using var second = NodeBench.Start(_options, machine: machine);
        node = second.Node;
        known.Set();
        await second.BarrierAsync();
        Assert.That(shown[^1], Is.GreaterThan(shown[0]), "the status is shown once a turn");
    }

    [Test]
    public async Task A_snapshot_and_the_commands_behind_it_make_the_same_state_and_old_segments_go()
    {
        var (options, commands) = await TwoSnapshotsAsync();
        await using var second = await NodeBench.StartAsync(options);
        Assert.That(second.Machine.Restored, Is.EqualTo(1));
        Assert.That(second.Machine.Commands, Is.EqualTo(commands));
    }

    [Test]
    public async Task Commands_go_on_while_a_snapshot_is_written()
    {
        using var written = new ManualResetEventSlim();
        var machine = new RecordingMachine { BeforeWrite = () => written.Wait(Eventually.Patience) };
        await using var node = NodeBench.Start(_options with { SnapshotEntries = 4 }, machine: machine);
        for (var i = 0; i < 20; i++)
            await node.ProposeAsync($"{i}");
        Assert.That(DataFiles.Indexes(_options.Directory, DataFiles.SnapshotSuffix), Is.Empty);
        written.Set();
        await Eventually.True("the snapshot", () => DataFiles.Indexes(_options.Directory, DataFiles.SnapshotSuffix) is not []);
        Assert.That(DataFiles.Indexes(_options.Directory, DataFiles.SnapshotSuffix)[0], Is.LessThan(10), "as of when it was due");
    }

    [Test]
    public async Task A_large_state_is_written_again_when_the_log_has_grown_by_a_good_part_of_it()
    {
        var options = _options with { SnapshotEntries = 4 };
        await using var node = await NodeBench.StartAsync(options);
        await node.ProposeAsync(new string('x', 5 * 1024 * 1024));
        await ProposeUntilAsync(node, "a", () => node.Machine.Taken == 1);
        await Eventually.True("a snapshot", () => DataFiles.Indexes(options.Directory, DataFiles.SnapshotSuffix).Length == 1);
        await ProposeManyAsync(node, "b", 20 * options.SnapshotEntries);
        Assert.That(node.Machine.Taken, Is.EqualTo(1));
        await node.ProposeAsync(new string('y', 2 * 1024 * 1024));
        await ProposeUntilAsync(node, "c", () => node.Machine.Taken == 2);
    }

    [Test]
    public async Task A_damaged_newest_snapshot_costs_nothing_but_time()
    {
        var (options, commands) = await TwoSnapshotsAsync();
        var newest = DataFiles.Snapshot(options.Directory, DataFiles.Indexes(options.Directory, ".snap")[^1]);
        await File.WriteAllTextAsync(newest, "rubbish");
        await using var node = await NodeBench.StartAsync(options);
        Assert.That(node.Machine.Commands, Is.EqualTo(commands));
        Assert.That(File.Exists(newest), Is.False);
        Assert.That(File.Exists(newest + ".damaged"), Is.True);
    }

    [Test]
    public async Task Two_damaged_snapshots_are_refused_because_the_log_begins_behind_them()
    {
        var (options, _) = await TwoSnapshotsAsync();
        foreach (var index in DataFiles.Indexes(options.Directory, DataFiles.SnapshotSuffix))
            await File.WriteAllTextAsync(DataFiles.Snapshot(options.Directory, index), "rubbish");
        Assert.That(() => NodeBench.Start(options), Throws.TypeOf<LogException>()
            .With.Property(nameof(LogException.Failure)).EqualTo(LogFailure.Corrupt));
    }

    [Test]
    public async Task A_damaged_snapshot_that_the_log_does_not_reach_is_refused_and_nothing_is_deleted()
    {
        var (options, _) = await TwoSnapshotsAsync();
        var newest = DataFiles.Snapshot(options.Directory, DataFiles.Indexes(options.Directory, ".snap")[^1]);
        await File.WriteAllTextAsync(newest, "rubbish");
        foreach (var index in DataFiles.Indexes(options.Directory, DataFiles.SegmentSuffix).Skip(1))
            File.Delete(DataFiles.Segment(options.Directory, index));
        var before = Directory.GetFiles(options.Directory).Order().ToArray();
        Assert.That(() => NodeBench.Start(options),
            Throws.TypeOf<LogException>().With.Message.Contains("is damaged, and the log reaches only to"));
        Assert.That(Directory.GetFiles(options.Directory).Order(), Is.EqualTo(before));
    }

    [Test]
    public async Task Missing_directories_are_made_for_this_user_only()
    {
        var path = _directory.Child("a/b/log");
        await using var node = NodeBench.Start(_options with { Directory = path + "/" });
        await node.ProposeAsync("a");
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        Assert.That(File.GetUnixFileMode(path) & others, Is.EqualTo(UnixFileMode.None));
        Assert.That(File.GetUnixFileMode(DataFiles.Segment(path, 1)) & others, Is.EqualTo(UnixFileMode.None));
    }

    [Test]
    public async Task The_limit_of_a_command_is_named_and_a_command_at_the_limit_passes()
    {
        await using var node = NodeBench.Start(_options with { MaxProposalBytes = 100 });
        await node.ProposeAsync(new string('x', 100));
        var refusal = await Assert.ThrowsAsync<ProposalException>(() => node.ProposeAsync(new string('x', 101)));
        Assert.That(refusal!.Failure, Is.EqualTo(ProposalFailure.TooLarge));
        Assert.That(refusal.Message, Does.Contain("101 bytes").And.Contains("limit is 100 bytes"));
    }

    [Test]
    public async Task A_second_node_on_the_directory_and_another_member_are_refused()
    {
        await using (NodeBench.Start(_options))
            Assert.That(() => NodeBench.Start(_options), Throws.TypeOf<LogException>()
                .With.Message.Contains($"in use by process {Environment.ProcessId}"));
        Assert.That(() => NodeBench.Start(_options with { Node = "m2" }),
            Throws.TypeOf<LogException>().With.Message.Contains("m1"));
        await using var again = NodeBench.Start(_options);
        await again.ProposeAsync("the directory is free again after each refusal");
    }

    [Test]
    public async Task A_command_that_cannot_be_applied_stops_the_node_and_every_later_start()
    {
        await using (var node = NodeBench.Start(_options, machine: Broken()))
        {
            await node.ProposeAsync("good");
            var refusal = await Assert.ThrowsAsync<ProposalException>(() => node.ProposeAsync("bad"));
            Assert.That(refusal!.Failure, Is.EqualTo(ProposalFailure.ShuttingDown));
            Assert.That(async () => await node.Loop, Throws.TypeOf<LogException>().With.Message.Contains("entry 3"));
        }
        await using var again = NodeBench.Start(_options, machine: Broken());
        Assert.That(async () => await again.Node.ReadyAsync(default),
            Throws.TypeOf<LogException>().With.Message.Contains("entry 3").And.Message.Contains("planted"));
    }

    private static RecordingMachine Broken() => new()
    {
        BeforeApply = text => _ = text == "bad" ? throw new InvalidDataException("planted") : 0,
    };

    [Test]
    public async Task After_a_stop_everyone_is_refused_and_the_loop_has_ended_without_an_exception()
    {
        await using var node = NodeBench.Start(_options);
        await node.ProposeAsync("a");
        await node.StopAsync();
        var refusal = await Assert.ThrowsAsync<ProposalException>(() => node.ProposeAsync("b"));
        Assert.That(refusal!.Failure, Is.EqualTo(ProposalFailure.ShuttingDown));
        Assert.That(async () => await node.Node.ReadBarrierAsync(default), Throws.TypeOf<ProposalException>());
    }

    private static async Task ProposeManyAsync(NodeBench node, string name, int count)
    {
        for (var i = 0; i < count; i++)
            await node.ProposeAsync($"{name} {i}");
    }

    /// <summary>A snapshot is decided on with a command that is applied.</summary>
    private static async Task ProposeUntilAsync(NodeBench node, string name, Func<bool> isSo)
    {
        const int patience = 10_000;
        for (var i = 0; !isSo(); i++)
        {
            Assert.That(i, Is.LessThan(patience), "it never came");
            await node.ProposeAsync($"{name} {i}");
        }
    }

    /// <summary>Proposes until the log begins behind a snapshot; snapshots are written beside, at their own pace.</summary>
    private async Task<(RaftNodeOptions Options, IReadOnlyList<string> Commands)> TwoSnapshotsAsync()
    {
        const int patience = 100_000;
        var options = _options with { SnapshotEntries = 4, SegmentBytes = 100, KeptEntries = 2 };
        var commands = new List<string>();
        await using (var node = NodeBench.Start(options))
            while (DataFiles.Indexes(options.Directory, DataFiles.SegmentSuffix) is [] or [1, ..])
            {
                Assert.That(commands, Has.Count.LessThan(patience), "no segment was ever removed");
                commands.Add($"command {commands.Count}");
                await node.ProposeAsync(commands[^1]);
            }
        Assert.That(DataFiles.Indexes(options.Directory, DataFiles.SnapshotSuffix), Has.Length.EqualTo(2));
        return (options, commands);
    }
}
