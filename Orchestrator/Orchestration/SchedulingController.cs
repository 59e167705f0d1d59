using Orchestrator.Model;
using Orchestrator.Scheduling;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>Places waiting tasks whenever something changed that could let one fit.</summary>
public sealed class SchedulingController : IController
{
    private const string Pending = "pending";

    /// <summary>
    /// Assignments proposed together, by their rows: one that lost its race costs only its part another look, and no
    /// log entry grows without bound. Smaller ones cost more: each names its nodes, and copies what it changes.
    /// </summary>
    private const int PartBytes = 4 << 20;

    /// <summary>Of an assigned task; ids, moments and a message of ours.</summary>
    private const int RowBytes = 400;

    private const int AttemptBytes = 16;

    /// <summary>A node whose row has changed voids the part.</summary>
    private const int MostNodesInOnePart = 2000;

    /// <summary>Reasons proposed together; they may be long.</summary>
    private const int MostReasonsInOnePart = 500;

    private readonly Scheduler _scheduler = new();

    /// <summary>Since the last decision; at first it is not known what did.</summary>
    private WakeEvents _happened = WakeEvents.All;

    private StateSnapshot _decidedOn = StateSnapshot.Empty;
    private ImmutableArray<Placed> _lastPlaced = [];

    public string Name => "scheduler";

    public IEnumerable<string> KeysOf(StateChange change, StateSnapshot before)
    {
        if (!change.Snapshot.HasUnplacedTasks)
            return [];
        if (change.Keys is not { } keys)
        {
            _happened = WakeEvents.All;
            return [Pending];
        }
        var isNew = false;
        foreach (var key in keys)
        {
            isNew |= SchedulingEvents.StartsWaiting(key, change.Snapshot, before);
            _happened |= SchedulingEvents.Of(key, change.Snapshot, before);
            // What was there when it was decided may have gone and come back between the two.
            if (_decidedOn.Index > before.Index)
                _happened |= SchedulingEvents.Of(key, change.Snapshot, _decidedOn);
            if (SchedulingEvents.IsLabelledOtherwise(key, change.Snapshot, before))
                isNew |= _scheduler.Forget(new ServiceId(key.Key));
        }
        return isNew || (_happened & _scheduler.Awaited) != 0 ? [Pending] : [];
    }

    public ControllerDecision Decide(ReconcileContext context, string key)
    {
        // What was placed and could not be written has held room that others were refused for.
        if (!_lastPlaced.All(placed => context.State.Task(placed.Task.Id)?.NodeId == placed.Node.Id))
            _happened = WakeEvents.All;
        var decision = _scheduler.Decide(context.State, context.Now, seed: context.State.Index, _happened);
        (_happened, _decidedOn, _lastPlaced) = (WakeEvents.None, context.State, decision.Placed);
        var placed = InParts(decision.Placed).Select(part => Assign(part, context.Now));
        var preempted = decision.Preempted.Select(made => Evict(made, ReasonOf(made.For, decision), context.Now));
        var making = decision.Preempted.Select(made => made.For.Id).ToHashSet();
        var refused = decision.Refused
            .Where(refusal => refusal.Task.Status.Error != refusal.Reason && !making.Contains(refusal.Task.Id))
            .Chunk(MostReasonsInOnePart)
            .Select(part => Explain(part, context.Now));
        return new ControllerDecision([.. placed, .. preempted, .. refused], null);
    }

    private static IEnumerable<ImmutableArray<Placed>> InParts(ImmutableArray<Placed> placed)
    {
        var (start, bytes) = (0, 0);
        var nodes = new HashSet<NodeId>();
        for (var at = 0; at < placed.Length; at++)
        {
            bytes += RowBytes + (AttemptBytes * (placed[at].Task.Restart?.Attempts.Length ?? 0));
            nodes.Add(placed[at].Node.Id);
            if (bytes < PartBytes && nodes.Count < MostNodesInOnePart && at + 1 < placed.Length)
                continue;
            yield return placed[start..(at + 1)];
            (start, bytes) = (at + 1, 0);
            nodes.Clear();
        }
    }

    /// <summary>
    /// Holds only for the nodes as they were: one that was drained or removed meanwhile gets nothing.
    /// </summary>
    private static Transaction Assign(ImmutableArray<Placed> part, DateTimeOffset now)
    {
        var nodes = part.Select(placed => placed.Node).DistinctBy(node => node.Id).Select(Change.Require);
        var tasks = part.Select(placed => Change.Update(placed.Task with
        {
            NodeId = placed.Node.Id,
            Grant = placed.Grant,
            Meta = placed.Task.Meta.Touched(now),
            Status = new TaskStatus
            {
                State = TaskState.Assigned, Timestamp = now, Message = "scheduler assigned task to node",
            },
        }));
        return new Transaction { Changes = [.. nodes, .. tasks] };
    }

    /// <summary>Nobody is pushed out for a task that waits no more, or for a node that is not what it was.</summary>
    private static Transaction Evict(Preempted made, string reason, DateTimeOffset now) => new()
    {
        Changes =
        [
            Change.Require(made.Node),
            WithReason(made.For, reason, now),
            .. made.Victims.Select(victim => Change.Update(victim.Evicted(made.Eviction))),
        ],
    };

    private static string ReasonOf(ServiceTask task, SchedulingDecision decision) =>
        decision.Refused.First(refused => refused.Task.Id == task.Id).Reason;

    private static Transaction Explain(Refused[] part, DateTimeOffset now) =>
        new() { Changes = [.. part.Select(refused => WithReason(refused.Task, refused.Reason, now))] };

    /// <summary>It waits since the moment that its status has, whatever the reason is meanwhile.</summary>
    private static Change WithReason(ServiceTask task, string reason, DateTimeOffset now) =>
        Change.Update(task with
        {
            Meta = task.Meta.Touched(now), Status = task.Status with { Error = reason },
        });
}
