using System.Globalization;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>
/// The real cores in simulated worlds. <c>SEED=n</c> runs that world only. Many more seeds: <c>scripts/simulate.sh</c>.
/// </summary>
[TestFixture(3)]
[TestFixture(5)]
public sealed class ConsensusSimulationTests(int size)
{
    private const int SeedsInAnOrdinaryRun = 1000;

    [Test]
    public void No_seed_breaks_a_rule_and_every_group_recovers()
    {
        var seeds = SeedsToRun();
        var activity = new Activity();
        foreach (var seed in seeds)
        {
            var result = ConsensusSimulation.Run(seed, size);
            Assert.That(result.Failure, Is.Null, result.ToString());
            activity.Add(result.World);
        }
        TestContext.Out.WriteLine($"{seeds.Length} seeds: {activity}");
        if (seeds.Length > 100)
            Assert.That(activity.Missing(seeds.Length), Is.Null);
    }

    [Test]
    public void The_same_seed_gives_the_same_world()
    {
        var one = ConsensusSimulation.Run(1, size).World;
        var other = ConsensusSimulation.Run(1, size).World;
        Assert.That(other.Time.Now, Is.EqualTo(one.Time.Now));
        Assert.That(other.Checker.Ledger.Digest, Is.EqualTo(one.Checker.Ledger.Digest));
    }

    private static ImmutableArray<int> SeedsToRun() => Environment.GetEnvironmentVariable("SEED") is { Length: > 0 } seed
        ? [int.Parse(seed, CultureInfo.InvariantCulture)]
        : [.. Enumerable.Range(1, SeedsInAnOrdinaryRun)];
}
