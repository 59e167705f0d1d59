namespace Orchestrator.Scheduling.Rebalancing;

/// <summary>How many tasks of a group's service stay in each branch that they are spread over.</summary>
internal sealed class BranchCounts
{
    private readonly NodePool _pool;
    private readonly Dictionary<PlacementBranch, int> _tasks = [];

    public BranchCounts(GroupStanding group, NodePool pool)
    {
        _pool = pool;
        if (group.Request.Branches.IsEmpty)
            return;
        foreach (var candidate in group.Known)
            foreach (var branch in Path(candidate))
                _tasks[branch] = _tasks.GetValueOrDefault(branch) + group.StayingOn(candidate);
    }

    /// <summary>In the branches that the node is in, outermost first.</summary>
    public ImmutableArray<int> Of(Candidate candidate) =>
        [.. Path(candidate).Select(branch => _tasks.GetValueOrDefault(branch))];

    /// <summary>The level at which two nodes part; the number of levels when they do not.</summary>
    public int Parting(Candidate one, Candidate other) =>
        Path(one).Zip(Path(other)).TakeWhile(pair => pair.First == pair.Second).Count();

    private IEnumerable<PlacementBranch> Path(Candidate candidate) => _pool.PathTo(candidate).Skip(1);
}
