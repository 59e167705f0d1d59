using Orchestrator.Model;

namespace Orchestrator.Scheduling;

/// <summary>What of a node may be promised to tasks.</summary>
public static class Capacities
{
    /// <summary>
    /// Without what its administrator keeps back, and with what the cluster overcommits. Exact where nothing is.
    /// </summary>
    public static NodeResources Of(NodeDescription node, double overcommit) =>
        overcommit <= 0 && node.Reserved is { NanoCpus: 0, MemoryBytes: 0 } ? node.Resources : Part(node, overcommit);

    private static NodeResources Part(NodeDescription node, double overcommit) => node.Resources with
    {
        NanoCpus = Promised(node.Resources.NanoCpus, node.Reserved.NanoCpus, overcommit),
        MemoryBytes = Promised(node.Resources.MemoryBytes, node.Reserved.MemoryBytes, overcommit),
    };

    private static long Promised(long has, long reserved, double overcommit)
    {
        var left = Math.Max(0, has - reserved);
        // In decimals a tenth is a tenth: a node is not over its capacity by a rounding.
        return overcommit <= 0
            ? left
            : (long)decimal.Min(long.MaxValue, decimal.Floor(left * (1 + (decimal)overcommit)));
    }
}
