namespace Orchestrator.Scheduling;

/// <summary>
/// Nodes that have one value of what tasks are spread over; a leaf holds the nodes, one that is none the branches
/// below.
/// </summary>
internal sealed class PlacementBranch(int[] positions)
{
    private readonly Dictionary<string, PlacementBranch> _children = new(StringComparer.Ordinal);
    private long _group;

    public IReadOnlyCollection<PlacementBranch> Children => _children.Values;

    public bool IsLeaf => _children.Count == 0;

    /// <summary>A leaf's nodes with room, as any group sees them.</summary>
    public RankedNodes Nodes { get; } = new(positions);

    /// <summary>A leaf's nodes that stand apart with the present group. One that changed is in it again.</summary>
    public PriorityQueue<Candidate, GroupRank> Known { get; } = new();

    /// <summary>Tasks of the present group's service on nodes of this branch.</summary>
    public int Tasks { get; set; }

    /// <summary>The branch below with the best node.</summary>
    public PlacementBranch? Choice { get; set; }

    public PlacementBranch Child(string value)
    {
        if (!_children.TryGetValue(value, out var child))
            _children.Add(value, child = new PlacementBranch(positions));
        return child;
    }

    /// <summary>Forgets the group before.</summary>
    public void Enter(long group)
    {
        if (_group == group)
            return;
        _group = group;
        Tasks = 0;
        Known.Clear();
    }
}
