using Orchestrator.Model;
using Orchestrator.Scheduling.Affinities;
using Orchestrator.Scheduling.Explaining;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>One pass over the waiting tasks; what it places counts at once for what it places next.</summary>
internal sealed class SchedulingRun(
    StateSnapshot state, CandidateTable table, NodePools pools, DateTimeOffset now, ulong seed)
{
    private readonly AffinityIndex _affinities = new(state, table);
    private readonly Dictionary<int, string> _refused = [];
    private Candidate?[] _nodes = [];

    /// <summary>Places tasks of one service and revision; when one does not fit, none of those after it does.</summary>
    /// <param name="tasks">all that wait, the same at every call</param>
    public void Place(ServiceTask[] tasks, TaskGroup these)
    {
        if (_nodes.Length != tasks.Length)
            _nodes = new Candidate?[tasks.Length];
        var group = StandingOf(these.Request);
        var place = PlacementOf(group);
        for (var next = these.From; next < these.To; next++)
        {
            if (place() is { } node)
            {
                _nodes[next] = node;
                _affinities.Add(tasks[next], node.Index);
                continue;
            }
            var reason = RefusalReason.Of(group, table);
            for (; next < these.To; next++)
                _refused.Add(next, reason);
        }
    }

    public SchedulingDecision ToDecision(ServiceTask[] tasks)
    {
        var placed = ImmutableArray.CreateBuilder<Placed>(tasks.Length - _refused.Count);
        var refused = ImmutableArray.CreateBuilder<Refused>(_refused.Count);
        for (var at = 0; at < tasks.Length; at++)
            if (_nodes[at] is { } node)
                placed.Add(new Placed(tasks[at], node.Node));
            else
                refused.Add(new Refused(tasks[at], _refused[at]));
        return new(placed.ToImmutable(), refused.ToImmutable());
    }

    /// <summary>As the next task of the group finds the nodes.</summary>
    public GroupStanding StandingOf(SchedulingRequest request)
    {
        var group = new GroupStanding(request, table, _affinities.For(request), table.NextGroup());
        foreach (var (node, count) in state.PlacedOf(request.Service))
            group.AddTasks(node, count);
        foreach (var node in _affinities.PlacedInRun(request.Service))
            group.AddTasks(table[node].Node.Key, 1);
        var failures = state.FailuresOf(request.Service);
        if (!failures.IsEmpty)
            group.AddFailures(failures.Values, now);
        return group;
    }

    private Func<Candidate?> PlacementOf(GroupStanding group)
    {
        if (group.Request.Strategy == SchedulingStrategy.Random)
            return new RandomPlacement(group, table, seed).PlaceNext;
        return new RankedPlacement(group, pools.For(group), table).PlaceNext;
    }
}
