using Orchestrator.Consensus;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus;

/// <summary>Lives of a node, each ended by a power cut at a random operation of the disk.</summary>
public sealed class CrashTests
{
    private const int Lives = 8;

    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public async Task No_acknowledged_command_is_lost_or_reordered_by_power_cuts([Range(1, 60)] int seed)
    {
        var history = new History();
        for (var life = 0; life < Lives; life++)
            await LiveAsync(new Random((seed * 1000) + life), life, history);
        await using var last = NodeBench.Start(Options(Lives));
        history.Check(last.Machine.Commands);
    }

    private async Task LiveAsync(Random chance, int life, History history)
    {
        var options = Options(life);
        var disk = new CrashDisk(options.Directory, chance, chance.Next(2, 120));
        try
        {
            await using var node = NodeBench.Start(options, disk);
            history.Check(node.Machine.Commands);
            var proposers = Enumerable.Range(0, chance.Next(1, 5))
                .Select(proposer => ProposeAsync(node, $"{life}.{proposer}", new Random(chance.Next()), history));
            await Task.WhenAll(proposers.ToArray());
        }
        catch (LogException e) when (e.Message.Contains("the power is off", StringComparison.Ordinal))
        {
            // Ended while it started.
        }
        disk.Crash(Options(life + 1).Directory);
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
