namespace Orchestrator.Consensus.Core;

/// <summary>What a majority has.</summary>
internal static class Quorum
{
    /// <summary>The largest number that a majority has reached.</summary>
    /// <param name="reached">one a voter, in any order; sorted by this</param>
    public static ulong Agreed(Span<ulong> reached)
    {
        if (reached.IsEmpty)
            return 0;
        reached.Sort();
        return reached[(reached.Length - 1) / 2];
    }
}
