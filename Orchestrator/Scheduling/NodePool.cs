namespace Orchestrator.Scheduling;

/// <summary>
/// The nodes that fit all groups with the same <see cref="PoolKey"/>, best first. Kept from group to group and from run
/// to run: a group costs what it changes, and not a look at every node.
/// </summary>
internal sealed class NodePool
{
    private readonly SchedulingRequest _request;
    private readonly CandidateTable _table;
    private readonly int[] _positions;
    private readonly PlacementBranch?[] _leaves;
    private readonly List<int> _parked = [];
    private int _seen;

    /// <param name="group">the first of those that ask for it</param>
    public NodePool(GroupStanding group, CandidateTable table)
    {
        (_request, _table, _seen) = (group.Request, table, table.Journal.Count);
        _positions = new int[table.Count];
        Array.Fill(_positions, RankedNodes.Nowhere);
        _leaves = new PlacementBranch?[table.Count];
        Root = new PlacementBranch(_positions);
        var leaves = new HashSet<PlacementBranch>();
        foreach (var candidate in table.All)
        {
            if (!NodeFilters.Fixed.PassAll(group, candidate))
                continue;
            var leaf = LeafFor(candidate);
            _leaves[candidate.Index] = leaf;
            if (!NodeFilters.Room.PassAll(group, candidate))
                continue;
            leaf.Nodes.Append(candidate.Index, NodeRank.Of(_request, candidate));
            leaves.Add(leaf);
        }
        foreach (var leaf in leaves)
            leaf.Nodes.Order();
    }

    public PlacementBranch Root { get; }

    /// <summary>Nodes that are in the race, those put aside left out.</summary>
    public int Count => CountOf(Root);

    public bool Holds(Candidate candidate) => _positions[candidate.Index] != RankedNodes.Nowhere;

    /// <summary>Null when the node never fits.</summary>
    public PlacementBranch? LeafOf(Candidate candidate) => _leaves[candidate.Index];

    /// <summary>The branches that the node is in, from the root to the leaf.</summary>
    public IEnumerable<PlacementBranch> PathTo(Candidate candidate)
    {
        var branch = Root;
        yield return branch;
        for (var level = 0; level < _request.Branches.Length; level++)
            yield return branch = branch.Child(_request.BranchOf(candidate.Node, level));
    }

    /// <summary>Takes up what has changed since the last call, by any group.</summary>
    public void CatchUp(GroupStanding group)
    {
        for (; _seen < _table.Journal.Count; _seen++)
        {
            var node = _table.Journal[_seen];
            if (node < 0)
                Replace(group, _table[~node]);
            else if (_leaves[node] is not null)
                Revalue(group, _table[node]);
        }
    }

    /// <summary>Puts aside the leaf's best node until the next group.</summary>
    public void ParkTop(PlacementBranch leaf)
    {
        _parked.Add(leaf.Nodes.Top);
        leaf.Nodes.Remove(leaf.Nodes.Top);
    }

    /// <summary>Takes back what was put aside, as far as it has room.</summary>
    public void Restore(GroupStanding group)
    {
        foreach (var node in _parked)
            if (_positions[node] == RankedNodes.Nowhere && NodeFilters.Room.PassAll(group, _table[node]))
                _leaves[node]?.Nodes.Push(node, NodeRank.Of(_request, _table[node]));
        _parked.Clear();
    }

    /// <summary>The node itself is another than it was.</summary>
    private void Replace(GroupStanding group, Candidate candidate)
    {
        if (_positions[candidate.Index] != RankedNodes.Nowhere)
            _leaves[candidate.Index]!.Nodes.Remove(candidate.Index);
        _leaves[candidate.Index] = NodeFilters.Fixed.PassAll(group, candidate) ? LeafFor(candidate) : null;
        if (_leaves[candidate.Index] is not null)
            Revalue(group, candidate);
    }

    private void Revalue(GroupStanding group, Candidate candidate)
    {
        var nodes = _leaves[candidate.Index]!.Nodes;
        var isIn = _positions[candidate.Index] != RankedNodes.Nowhere;
        if (!NodeFilters.Room.PassAll(group, candidate))
        {
            if (isIn)
                nodes.Remove(candidate.Index);
        }
        else if (isIn)
            nodes.Update(candidate.Index, NodeRank.Of(_request, candidate));
        else
            nodes.Push(candidate.Index, NodeRank.Of(_request, candidate));
    }

    private static int CountOf(PlacementBranch branch) =>
        branch.IsLeaf ? branch.Nodes.Count : branch.Children.Sum(CountOf);

    private PlacementBranch LeafFor(Candidate candidate)
    {
        var branch = Root;
        for (var level = 0; level < _request.Branches.Length; level++)
            branch = branch.Child(_request.BranchOf(candidate.Node, level));
        return branch;
    }
}
