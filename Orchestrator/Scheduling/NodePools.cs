namespace Orchestrator.Scheduling;

/// <summary>One pool for each kind of group, kept for as long as the cluster has the same nodes.</summary>
internal sealed class NodePools(CandidateTable table)
{
    /// <summary>Over all pools: at some 60 bytes for each, what a manager can spare.</summary>
    private const int MostNodes = 1_000_000;

    private const int FewestPools = 4;

    private readonly Dictionary<PoolKey, NodePool> _pools = [];

    /// <summary>A pool does not look at more changes than it would have to look at nodes.</summary>
    private int MostChanges => (4 * table.Count) + 1024;

    public NodePool For(GroupStanding group)
    {
        var key = group.Request.PoolKey;
        if (_pools.TryGetValue(key, out var pool))
            return pool;
        if (_pools.Count >= Math.Max(FewestPools, MostNodes / Math.Max(1, table.Count)))
            _pools.Clear();
        pool = new NodePool(group, table);
        _pools.Add(key, pool);
        return pool;
    }

    /// <summary>Forgets the changes of former runs when they have become too many, and the pools with them.</summary>
    public void Trim()
    {
        if (table.Journal.Count <= MostChanges)
            return;
        table.Journal.Clear();
        _pools.Clear();
    }
}
