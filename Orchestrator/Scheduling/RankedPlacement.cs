using Orchestrator.Primitives;

namespace Orchestrator.Scheduling;

/// <summary>Places the tasks of a group, each on the best node that is left: spread and binpack.</summary>
internal sealed class RankedPlacement
{
    private readonly GroupStanding _group;
    private readonly NodePool _pool;
    private readonly CandidateTable _table;

    /// <summary>Nodes of the pool that nothing sets apart, at most: where all are known none is looked for.</summary>
    private int _unknown = int.MaxValue;

    public RankedPlacement(GroupStanding group, NodePool pool, CandidateTable table)
    {
        (_group, _pool, _table) = (group, pool, table);
        pool.CatchUp(group);
        pool.Restore(group);
        if (group.Known.Count > 0)
            EnqueueKnown();
    }

    /// <returns>null when no node is left</returns>
    public Candidate? PlaceNext()
    {
        _pool.CatchUp(_group);
        if (BestOf(_pool.Root) is null)
            return null;
        var leaf = _pool.Root;
        while (leaf.Choice is { } below && !leaf.IsLeaf)
            leaf = below;
        var best = Take(leaf);
        _table.Journal.Add(best.Index);
        var changed = _group.Place(best);
        Enqueue(best);
        for (var at = 0; at < changed.Count; at++)
            Enqueue(changed[at]);
        if (!_group.Request.Branches.IsEmpty)
            CountOnPath(best, 1);
        return best;
    }

    /// <summary>The best rank in the branch, which remembers where it is; null when no node there is left.</summary>
    private GroupRank? BestOf(PlacementBranch branch)
    {
        branch.Enter(_group.Group);
        if (branch.IsLeaf)
            return BestOfLeaf(branch);
        GroupRank? best = null;
        foreach (var child in branch.Children)
        {
            if (BestOf(child) is not { } rank || (best is { } former && !IsBetter(child, rank, branch.Choice!, former)))
                continue;
            (best, branch.Choice) = (rank, child);
        }
        return best;
    }

    private static bool IsBetter(PlacementBranch branch, GroupRank rank, PlacementBranch other, GroupRank otherRank) =>
        new BranchRank(rank, branch.Tasks).CompareTo(new BranchRank(otherRank, other.Tasks)) < 0;

    private GroupRank? BestOfLeaf(PlacementBranch leaf)
    {
        while (HasUnknown(leaf) && !IsUnknownAndFits(_table[leaf.Nodes.Top]))
            _pool.ParkTop(leaf);
        while (leaf.Known.TryPeek(out var candidate, out var told)
            && !(Fits(candidate) && _group.RankOf(candidate) == told))
            leaf.Known.Dequeue();
        GroupRank? unknown = HasUnknown(leaf) ? _group.RankOfUnknown(leaf.Nodes.TopRank) : null;
        if (!leaf.Known.TryPeek(out _, out var known))
            return unknown;
        return unknown is { } rank && rank.CompareTo(known) < 0 ? rank : known;
    }

    /// <summary>The leaf's best, which <see cref="BestOfLeaf"/> has brought to the front.</summary>
    private Candidate Take(PlacementBranch leaf)
    {
        var isKnown = leaf.Known.TryPeek(out var known, out var rank);
        if (HasUnknown(leaf) && (!isKnown || _group.RankOfUnknown(leaf.Nodes.TopRank).CompareTo(rank) < 0))
        {
            var best = _table[leaf.Nodes.Top];
            _pool.ParkTop(leaf);
            _unknown--;
            return best;
        }
        Invariant.Require(isKnown, "a branch that has a best rank has a node");
        leaf.Known.Dequeue();
        return known!;
    }

    private void EnqueueKnown()
    {
        _unknown = _pool.Count - _group.Known.Count(_pool.Holds);
        if (_group.Request.Branches.IsEmpty)
        {
            _pool.Root.Enter(_group.Group);
            _pool.Root.Known.EnqueueRange(_group.Known
                .Where(candidate => _pool.LeafOf(candidate) is not null && Fits(candidate))
                .Select(candidate => (candidate, _group.RankOf(candidate))));
            return;
        }
        foreach (var candidate in _group.Known)
        {
            Enqueue(candidate);
            CountOnPath(candidate, _group.StayingOn(candidate));
        }
    }

    private void Enqueue(Candidate candidate)
    {
        if (_pool.LeafOf(candidate) is not { } leaf || !Fits(candidate))
            return;
        leaf.Enter(_group.Group);
        leaf.Known.Enqueue(candidate, _group.RankOf(candidate));
    }

    private void CountOnPath(Candidate candidate, int tasks)
    {
        foreach (var branch in _pool.PathTo(candidate))
        {
            branch.Enter(_group.Group);
            branch.Tasks += tasks;
        }
    }

    private bool HasUnknown(PlacementBranch leaf) => _unknown > 0 && leaf.Nodes.Count > 0 && !_group.IsBound;

    private bool IsUnknownAndFits(Candidate candidate) =>
        !_group.IsKnown(candidate) && NodeFilters.Group.PassAll(_group, candidate);

    private bool Fits(Candidate candidate) =>
        NodeFilters.Room.PassAll(_group, candidate) && NodeFilters.Group.PassAll(_group, candidate);
}
