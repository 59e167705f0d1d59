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
    public Task No_acknowledged_command_is_lost_or_reordered_by_kills_and_power_cuts([Range(1, 25)] int seed) =>
        LiveAsync(seed, static (_, _) => Task.CompletedTask);

    [Test]
    public Task Nor_while_the_key_changes_again_and_again([Range(31, 36)] int seed) => LiveAsync(seed, RotateAsync);

    /// <param name="beside">goes on until the node refuses</param>
    private async Task LiveAsync(int seed, Func<NodeBench, Random, Task> beside)
    {
        var history = new History();
        for (var life = 0; life < Lives; life++)
        {
            var chance = new Random((seed * 1000) + life);
            var disk = new CrashDisk(Options(life).Directory, chance, chance.Next(2, 120));
            await RunAsync(new Life(disk, life, chance, beside), $"{life}", history);
            for (var kill = 0; chance.Next(2) == 0; kill++)
            {
                disk.Restart(chance.Next(2, 60));
                await RunAsync(new Life(disk, life, chance, beside), $"{life}-{kill}", history);
            }
            disk.Crash(Options(life + 1).Directory);
        }
        await using var last = await NodeBench.StartAsync(Options(Lives));
        history.Check(last.Machine);
    }

    private async Task RunAsync(Life life, string name, History history)
    {
        try
        {
            await using var node = await NodeBench.StartAsync(Options(life.Number), life.Disk);
            history.Check(node.Machine);
            await Task.WhenAll(life.Proposers
                .Select((seed, i) => ProposeAsync(node, $"{name}.{i}", new Random(seed), history))
                .Append(life.Beside(node, new Random(life.Proposers[0]))).ToArray());
        }
        catch (Exception e) when (e is LogException or ProposalException
            && e.Message.Contains("the disk is gone", StringComparison.Ordinal))
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

    /// <summary>It may hear of the end of the disk itself.</summary>
    private static async Task RotateAsync(NodeBench node, Random chance)
    {
        try
        {
            while (true)
            {
                for (var i = chance.Next(6); i > 0; i--)
                    await node.BarrierAsync();
                await node.Node.RotateKeyAsync(default);
            }
        }
        catch (Exception e) when (e is ProposalException or LogException or InvariantException)
        {
            // The life is over.
        }
    }

    private RaftNodeOptions Options(int life) => new()
    {
        Directory = _directory.Child($"life-{life}"),
        Node = "m1",
        SnapshotEntries = 7,
        SegmentBytes = 3000,
        KeptEntries = 3,
    };

    private sealed record Life(CrashDisk Disk, int Number, Random Chance, Func<NodeBench, Random, Task> Beside)
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

        public void Check(RecordingMachine machine)
        {
            foreach (var (index, command) in _certain)
                Assert.That(machine.ByIndex.GetValueOrDefault(index), Is.EqualTo(command), $"index {index}");
            Assert.That(machine.Commands, Is.Unique);
            foreach (var (index, command) in machine.ByIndex)
                _certain[index] = command;
        }
    }
}
