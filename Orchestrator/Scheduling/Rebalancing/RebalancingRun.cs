using Orchestrator.Model;
using Orchestrator.Scheduling.Sharing;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Rebalancing;

/// <summary>Finds one move after the other, each in the state as it would be after those before.</summary>
internal sealed class RebalancingRun
{
    /// <summary>Nodes that a service's next task may come from, fullest first: a plan does not look at all.</summary>
    private const int MostSources = 8;

    private readonly DateTimeOffset _now;
    private readonly bool _withGivenUp;
    private readonly CandidateTable _table;
    private readonly NodePools _pools;
    private readonly HashSet<string> _moved = new(StringComparer.Ordinal);
    private StateSnapshot _state;
    private Neighbours _neighbours;

    public RebalancingRun(StateSnapshot state, DateTimeOffset now, bool withGivenUp)
    {
        (_state, _now, _withGivenUp) = (state, now, withGivenUp);
        _table = new CandidateTable(state);
        _pools = new NodePools(_table);
        _neighbours = new Neighbours(state, _table);
    }

    /// <returns>null when none is worth it</returns>
    public TaskMove? NextMove(Service service)
    {
        _pools.Trim();
        var request = SchedulingRequest.Of(service, _state);
        // The youngest of each node: it has the least to lose.
        var tasks = _state.TasksOf(service.Id).Values.Where(MayMove)
            .GroupBy(task => task.NodeId!.Value.Value, StringComparer.Ordinal)
            .ToDictionary(node => node.Key, node => node.OrderByDescending(task => task.Meta.CreatedAt)
                .ThenBy(task => task.Key, StringComparer.Ordinal).First(), StringComparer.Ordinal);
        foreach (var source in FullestFirst(tasks.Keys, StandingOf(request)).Take(MostSources))
            if (Look(request, tasks[source.Node.Key], source) is { } found
                && After(tasks[source.Node.Key], found) is { } state)
                return Make(service, tasks[source.Node.Key], found, state);
        return null;
    }

    private bool MayMove(ServiceTask task) => task is { Desired: TaskState.Running, Eviction: null, NodeId: { } node }
        && task.Status.State == TaskState.Running && !_moved.Contains(task.Key)
        && (_withGivenUp || task.StaysUntil is not { } until || until <= _now)
        && _state.Node(node)?.Status.State == NodeState.Ready;

    private Candidate[] FullestFirst(IEnumerable<string> nodes, GroupStanding group)
    {
        var branches = new BranchCounts(group, _pools.For(group));
        var sorted = nodes.Select(_table.Find).OfType<Candidate>().OrderBy(_ => 0);
        for (var level = 0; level < group.Request.Branches.Length; level++)
        {
            var depth = level;
            sorted = sorted.ThenByDescending(node => branches.Of(node)[depth]);
        }
        return
        [
            .. sorted.ThenByDescending(group.StayingOn)
                .ThenByDescending(node => NodeRank.Of(group.Request, node) with { Unmet = 0, Tie = 0 })
                .ThenBy(node => node.Index),
        ];
    }

    /// <summary>Takes one of the group's tasks off its node, and asks where it would go now.</summary>
    private Found? Look(SchedulingRequest request, ServiceTask task, Candidate source)
    {
        source.Usage = source.Usage.With(request.Spec, task.Grant, -1);
        _table.Journal.Add(source.Index);
        var group = StandingOf(request, source);
        var target = new RankedPlacement(group, _pools.For(group), _table).PlaceNext();
        var grant = group.LastGrant;
        string? why = null;
        if (target is not null && target != source)
        {
            Refresh(target);
            group = StandingOf(request, source);
            why = MoveReason.Of(group, new BranchCounts(group, _pools.For(group)), source, target,
                isShared: _state.SharersOf(task.Id).Count > 0);
        }
        Refresh(source);
        return why is null ? null : new Found(target!, grant, why);
    }

    /// <summary>The state when the task has moved, and those have followed that share it.</summary>
    /// <returns>null when one of them could not</returns>
    private StateSnapshot? After(ServiceTask task, Found found)
    {
        var followers = SharedTasks.FollowersOf(task, _state).Where(SharedTasks.IsStaying).ToArray();
        var builder = new StateBuilder(_state, changes: 1 + followers.Length);
        builder.Put(Table.Tasks, task, task with { NodeId = found.Target.Node.Id, Grant = found.Grant });
        foreach (var follower in followers)
            builder.Put(Table.Tasks, follower, follower with
            {
                NodeId = null, Grant = null, Status = new TaskStatus { State = TaskState.Pending },
            });
        var state = builder.Build(_state.Index);
        // Those that share what follows itself may be decided on before it: once for each link at most.
        for (var waiting = followers; waiting.Length > 0;)
        {
            var left = waiting.Length;
            state = Follow(state, waiting);
            waiting = [.. waiting.Where(follower => state.Task(follower.Id)!.NodeId is null)];
            if (waiting.Length == left)
                return null;
        }
        return state;
    }

    private StateSnapshot Follow(StateSnapshot state, ServiceTask[] followers)
    {
        var placed = new Scheduler().Decide(state, _now, seed: _state.Index).Placed
            .ToDictionary(each => each.Task.Id);
        var builder = new StateBuilder(state, followers.Length);
        foreach (var follower in followers)
            if (placed.TryGetValue(follower.Id, out var found))
                builder.Put(Table.Tasks, state.Task(follower.Id), follower with
                {
                    NodeId = found.Node.Id, Grant = found.Grant,
                });
        return builder.Build(_state.Index);
    }

    private TaskMove Make(Service service, ServiceTask task, Found found, StateSnapshot after)
    {
        var source = _table.Find(task.NodeId!.Value.Value)!;
        var changed = SharedTasks.FollowersOf(task, _state).Select(follower => after.Task(follower.Id)!.NodeId)
            .Select(node => _table.Find(node!.Value.Value)!);
        _state = after;
        _neighbours = new Neighbours(_state, _table);
        _moved.Add(task.Key);
        foreach (var candidate in changed.Prepend(source).Append(found.Target).ToArray())
            Refresh(candidate);
        return new TaskMove(service, task, source.Node, found.Target.Node, found.Why);
    }

    private GroupStanding StandingOf(SchedulingRequest request, Candidate? leaving = null)
    {
        var group = new GroupStanding(request, _table, _neighbours, _table.NextGroup()).Read(_state, _now);
        if (leaving is not null)
            group.AddLeaving(leaving.Node.Key);
        return group;
    }

    /// <summary>As the state has it.</summary>
    private void Refresh(Candidate candidate)
    {
        candidate.Usage = _state.UsageOf(candidate.Node.Id);
        _table.Journal.Add(candidate.Index);
    }

    /// <param name="Grant">what of the target would be the task's own</param>
    private sealed record Found(Candidate Target, TaskGrant? Grant, string Why);
}
