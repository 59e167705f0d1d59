using Orchestrator.Model;
using Orchestrator.Scheduling.Affinities;
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
        for (var at = these.From; at < these.To; at++)
            if (MovedFrom(tasks[at]) is { } node)
                group.AddLeaving(node.Value);
        var place = PlacementOf(group);
        for (var next = these.From; next < these.To; next++)
        {
            if (place() is { } node)
            {
                _nodes[next] = node;
                _affinities.Add(tasks[next], node.Index);
                continue;
            }
            var reason = Explain(group);
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

    private GroupStanding StandingOf(SchedulingRequest request)
    {
        var group = new GroupStanding(request, table, _affinities.For(request), table.NextGroup()).Read(state, now);
        foreach (var node in _affinities.PlacedInRun(request.Service))
            group.AddTasks(table[node].Node.Key, 1);
        return group;
    }

    /// <summary>Where the task that this one is to replace still runs, when that one moves.</summary>
    private NodeId? MovedFrom(ServiceTask task) => task.Restart is { } restart
        && state.Task(restart.Replaces) is { Eviction.Gentle: true } moved && moved.Status.State.HoldsResources()
            ? moved.NodeId
            : null;

    private Func<Candidate?> PlacementOf(GroupStanding group)
    {
        if (group.Request.Strategy == SchedulingStrategy.Random)
            return new RandomPlacement(group, table, seed).PlaceNext;
        return new RankedPlacement(group, pools.For(group), table).PlaceNext;
    }

    /// <summary>Counts the nodes by the first filter that refused them, most first.</summary>
    private string Explain(GroupStanding group)
    {
        var counts = new Dictionary<NodeFilter, int>();
        foreach (var candidate in table.All)
            if (NodeFilters.All.FirstRefusal(group, candidate) is { } filter)
                counts[filter] = counts.GetValueOrDefault(filter) + 1;
        var reasons = string.Join("; ", counts
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key.Name, StringComparer.Ordinal)
            .Select(count => count.Key.Explain(count.Value)));
        return reasons.Length == 0 ? "no suitable node" : $"no suitable node ({reasons})";
    }
}
