using Orchestrator.Store;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>The fewest tasks of one node that have to go so that something fits; of equally many the first.</summary>
internal static class VictimSearch
{
    /// <summary>Sets that are tried at most for one node; beyond it the largest go first.</summary>
    private const int MostTries = 4096;

    /// <param name="occupants">who may be asked to go, the first rather than the last</param>
    /// <param name="usage">of the node while all of them are there</param>
    /// <param name="fits">whether the node, used like that, takes what waits; more room never hurts</param>
    /// <returns>null when not even all of them make room</returns>
    public static ImmutableArray<Occupant>? Find(
        IReadOnlyList<Occupant> occupants, NodeUsage usage, Func<NodeUsage, bool> fits)
    {
        if (!fits(occupants.Aggregate(usage, (left, occupant) => occupant.LeftBy(left))))
            return null;
        var enough = LargestFirst(occupants, usage, fits);
        var tries = MostTries;
        for (var count = 1; count <= enough.Length; count++)
        {
            if (Combinations(occupants.Count, count) > tries)
                break;
            if (First(occupants, 0, count, usage, fits, ref tries) is { } fewest)
                return [.. fewest];
        }
        return enough;
    }

    /// <summary>The first set of that many, in the order of their places.</summary>
    private static List<Occupant>? First(IReadOnlyList<Occupant> occupants, int from, int count, NodeUsage usage,
        Func<NodeUsage, bool> fits, ref int tries)
    {
        for (var at = from; at + count <= occupants.Count; at++)
        {
            var left = occupants[at].LeftBy(usage);
            if (count == 1)
            {
                tries--;
                if (fits(left))
                    return [occupants[at]];
            }
            else if (First(occupants, at + 1, count - 1, left, fits, ref tries) is { } rest)
                return [occupants[at], .. rest];
        }
        return null;
    }

    /// <summary>Exact for one kind of resource; else few, and none that is not needed.</summary>
    private static ImmutableArray<Occupant> LargestFirst(
        IReadOnlyList<Occupant> occupants, NodeUsage usage, Func<NodeUsage, bool> fits)
    {
        var chosen = new List<Occupant>();
        var left = usage;
        foreach (var occupant in occupants.OrderByDescending(occupant => SizeOf(occupant, usage)))
        {
            if (fits(left))
                break;
            chosen.Add(occupant);
            left = occupant.LeftBy(left);
        }
        for (var at = chosen.Count - 1; at >= 0; at--)
        {
            Occupant[] others = [.. chosen.Where((_, place) => place != at)];
            if (fits(others.Aggregate(usage, (now, occupant) => occupant.LeftBy(now))))
                chosen.RemoveAt(at);
        }
        return [.. chosen];
    }

    /// <summary>Its part of what is used there.</summary>
    private static double SizeOf(Occupant occupant, NodeUsage usage)
    {
        var left = occupant.LeftBy(usage);
        return Part(usage.NanoCpus, left.NanoCpus) + Part(usage.MemoryBytes, left.MemoryBytes);
    }

    private static double Part(long before, long after) => before == 0 ? 0 : (before - after) / (double)before;

    private static long Combinations(int of, int count)
    {
        long result = 1;
        for (var at = 0; at < count && result <= MostTries; at++)
            result = result * (of - at) / (at + 1);
        return result;
    }
}
