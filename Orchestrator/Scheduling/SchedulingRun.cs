using Orchestrator.Model;
using Orchestrator.Scheduling.Explaining;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>One pass over the waiting tasks; what it places counts at once for what it places next.</summary>
internal sealed class SchedulingRun(
    StateSnapshot state, CandidateTable table, NodePools pools, DateTimeOffset now, ulong seed)
{
    private readonly Neighbours _neighbours = new(state, table);
    private readonly Preemptions _preemptions = new(state, table, now);
    private readonly Dictionary<int, string> _refused = [];
    private readonly Dictionary<int, TaskGrant> _grants = [];
    private Candidate?[] _nodes = [];

    /// <summary>Places tasks of one service and revision; when one does not fit, none of those after it does.</summary>
    /// <param name="tasks">all that wait, the same at every call</param>
    /// <returns>what could let those fit that do not; none when all are placed</returns>
    public WakeEvents Place(ServiceTask[] tasks, TaskGroup these)
    {
        Array.Resize(ref _nodes, tasks.Length);
        var group = StandingOf(these.Request);
        for (var at = these.From; at < these.To; at++)
            if (MovedFrom(tasks[at]) is { } node)
                group.AddLeaving(node.Value);
        var place = PlacementOf(group);
        IReadOnlySet<ServiceId>? needed = null;
        for (var next = these.From; next < these.To; next++)
        {
            if (place() is { } node)
            {
                _nodes[next] = node;
                if (group.LastGrant is { } grant)
                    _grants.Add(next, grant);
                if (!these.Request.Dependencies.IsEmpty)
                    _preemptions.Keep(node, needed ??= _neighbours.NeededBy(these.Request));
                _neighbours.Placed.Add(tasks[next], node.Index);
                continue;
            }
            var reason = RefusalReason.Of(group, table);
            foreach (var text in TextsFor(tasks[next..these.To], these.Priority, group, reason.Text))
                _refused.Add(next++, text);
            return reason.Wakes;
        }
        return WakeEvents.None;
    }

    /// <summary>Why each of them waits; those that may push others out do so.</summary>
    private IEnumerable<string> TextsFor(
        ServiceTask[] refused, Priority priority, GroupStanding group, string reason) =>
        priority.MayEvict
            ? _preemptions.MakeRoom(
                new Preemptor(group, priority, _neighbours.NeededBy(group.Request)), refused, reason)
            : Enumerable.Repeat(reason, refused.Length);

    public SchedulingDecision ToDecision(ServiceTask[] tasks)
    {
        Array.Resize(ref _nodes, tasks.Length); // when nothing was tried it is still empty
        var placed = ImmutableArray.CreateBuilder<Placed>(tasks.Length);
        var refused = ImmutableArray.CreateBuilder<Refused>(_refused.Count);
        for (var at = 0; at < tasks.Length; at++)
            if (_nodes[at] is { } node)
                placed.Add(new Placed(tasks[at], node.Node, _grants.GetValueOrDefault(at)));
            else if (_refused.TryGetValue(at, out var reason))
                refused.Add(new Refused(tasks[at], reason));
        return new(placed.DrainToImmutable(), refused.ToImmutable()) { Preempted = [.. _preemptions.Made] };
    }

    /// <summary>As the next task of the group finds the nodes.</summary>
    public GroupStanding StandingOf(SchedulingRequest request)
    {
        var group = new GroupStanding(request, table, _neighbours, table.NextGroup()).Read(state, now);
        foreach (var (_, node) in _neighbours.Placed.Of(request.Service))
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
}
