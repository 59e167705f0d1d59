namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>
/// Seeds that failed because of a bug in the core, and what the bug was. A change of the simulation makes other worlds of them: the bugs
/// themselves are kept as patches in <c>Testdata/mutations</c>, and <c>scripts/mutations.sh</c> shows that they are still found.
/// </summary>
public sealed class RegressionSeedTests
{
    // A leader appended its own demotion and crashed before anybody had it: nobody else could win, and it would not stand
    // (last-to-know-cannot-stand).
    [TestCase(7, 3)]
    // What a member had lost on the way was compacted; heartbeats that join nowhere were accepted for ever
    // (compacted-while-replicating).
    [TestCase(9, 5)]
    // The same after a restart, when all that the member knows to be committed is an older membership without it.
    [TestCase(604, 5)]
    public void A_seed_that_found_a_bug_finds_none_now(int seed, int size)
    {
        var result = ConsensusSimulation.Run(seed, size);
        Assert.That(result.Failure, Is.Null, result.ToString());
    }
}
