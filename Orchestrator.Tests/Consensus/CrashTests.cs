using Orchestrator.Consensus;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus;

/// <summary>Lives of a node, each ended by a kill or a power cut at a random operation of the disk.</summary>
public sealed class CrashTests
{
    private const int Lives = 8;

    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public async Task No_acknowledged_command_is_lost_or_reordered_by_kills_and_power_cuts([Range(1, 25)] int seed)
    {
        var history = new History();
        for (var life = 0; life < Lives; life++)
        {
            var chance = new Random((seed * 1000) + life);
            var disk = new CrashDisk(Options(life).Directory, chance, chance.Next(2, 120));
            await RunAsync(new Life(disk, life, chance), $"{life}", history);
            for (var kill = 0; chance.Next(2) == 0; kill++)
            {
                disk.Restart(chance.Next(2, 60));
                await RunAsync(new Life(disk, life, chance), $"{life}-{kill}", history);
            }
            disk.Crash(Options(life + 1).Directory);
        }
        await using var last = NodeBench.Start(Options(Lives));
        history.Check(last.Machine.Commands);
    }

    [Test]
    public void A_vote_that_was_saved_is_remembered_after_a_power_cut([Range(1, 20)] int seed)
    {
        var (before, after) = (_directory.Child("before"), _directory.Child("after"));
        Directory.CreateDirectory(before);
        var disk = new CrashDisk(before, new Random(seed), int.MaxValue);
        foreach (var term in new ulong[] { 1, 2, 3 })
            new HardStateFile(before, disk).Save(new HardState("m1", term, $"m{term}"));
        disk.Crash(after);
        Assert.That(new HardStateFile(after, disk).Load(), Is.EqualTo(new HardState("m1", 3, "m3")));
    }

    private async Task RunAsync(Life life, string name, History history)
    {
        try
        {
            await using var node = NodeBench.Start(Options(life.Number), life.Disk);
            history.Check(node.Machine.Commands);
            await Task.WhenAll(life.Proposers
                .Select((seed, i) => ProposeAsync(node, $"{name}.{i}", new Random(seed), history)).ToArray());
        }
        catch (LogException e) when (e.Message.Contains("the disk is gone", StringComparison.Ordinal))
        {
            // Ended while it started.
        }
    }

    private static async Task ProposeAsync(NodeBench node, string name, Random chance, History history)
    {
        for (var i = 0; ; i++)
        {
            var command = $"{name}.{i} {new string('x', chance.Next(8) == 0 ? chance.Next(5000) : chance.Next(100))}";
            try
            {
                history.Acknowledge((await node.ProposeAsync(command)).Index, command);
            }
            catch (ProposalException)
            {
                return;
            }
        }
    }

    private SingleNodeOptions Options(int life) => new()
    {
        Directory = _directory.Child($"life-{life}"),
        Member = "m1",
        SnapshotEntries = 7,
        SegmentBytes = 3000,
        MaxBatchBytes = 4000,
    };

    private sealed record Life(CrashDisk Disk, int Number, Random Chance)
    {
        /// <summary>A seed for each; drawn before the disk's threads draw from the same source.</summary>
        public int[] Proposers { get; } = [.. Enumerable.Range(0, Chance.Next(1, 5)).Select(_ => Chance.Next())];
    }

    /// <summary>What was acknowledged, and what a start showed: that must stay as well.</summary>
    private sealed class History
    {
        private readonly Lock _gate = new();
        private readonly SortedDictionary<ulong, string> _certain = [];

        public void Acknowledge(ulong index, string command)
        {
            lock (_gate)
                Assert.That(_certain.TryAdd(index, command), Is.True, $"index {index} was given twice");
        }

        public void Check(IReadOnlyList<string> commands)
        {
            foreach (var (index, command) in _certain)
                Assert.That(commands.ElementAtOrDefault((int)index - 1), Is.EqualTo(command), $"index {index}");
            Assert.That(commands, Is.Unique);
            for (var i = 0; i < commands.Count; i++)
                _certain[(ulong)i + 1] = commands[i];
        }
    }
}
