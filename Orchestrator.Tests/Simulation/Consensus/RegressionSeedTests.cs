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
    public void A_seed_that_found_a_bug_finds_none_now(int seed, int size) => RequireNoFailure(seed, size);

    // A disk was destroyed while a leader had a demotion in its memory, which no flush and no message had shown yet: of the new
    // voters no quorum was left.
    [TestCase(10688, 5)]
    // A member that had been stopped heard a leader of a term before the one in which the entry that it cut was committed.
    [TestCase(15775, 5)]
    // The only voter committed, and got a second voter in its memory before that showed.
    [TestCase(92328, 5)]
    public void A_seed_that_the_simulation_was_wrong_about_fails_no_more(int seed, int size) => RequireNoFailure(seed, size);

    private static void RequireNoFailure(int seed, int size)
    {
        var result = ConsensusSimulation.Run(seed, size);
        Assert.That(result.Failure, Is.Null, result.ToString());
    }
}
