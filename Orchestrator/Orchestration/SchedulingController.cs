using Orchestrator.Model;
using Orchestrator.Scheduling;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>Places waiting tasks whenever something changed that could let one fit.</summary>
public sealed class SchedulingController : IController
{
    private const string Pending = "pending";

    /// <summary>Assignments proposed together; one that lost its race costs only its part another look.</summary>
    private const int MostInOnePart = 500;

    public string Name => "scheduler";

    public IEnumerable<string> KeysOf(StateChange change, StateSnapshot before)
    {
        if (change.Snapshot.UnplacedTasks.IsEmpty)
            return [];
        return change.Keys is not { } keys || keys.Any(key => Matters(key, change.Snapshot, before)) ? [Pending] : [];
    }

    public ControllerDecision Decide(ReconcileContext context, string key)
    {
        var decision = Scheduler.Decide(context.State, seed: context.State.Index);
        var placed = decision.Placed.Chunk(MostInOnePart).Select(part => Assign(part, context.Now));
        var refused = decision.Refused
            .Where(refusal => refusal.Task.Status.Error != refusal.Reason)
            .Chunk(MostInOnePart)
            .Select(part => Explain(part, context.Now));
        return new ControllerDecision([.. placed, .. refused], null);
    }

    /// <summary>
    /// In a full cluster tasks wait for long, and looking for a place for them costs: most changes cannot help them.
    /// </summary>
    private static bool Matters(ChangedKey key, StateSnapshot now, StateSnapshot before) => key.Table switch
    {
        Table.Nodes or Table.Clusters => true,
        Table.Tasks => IsNewlyWaiting(key.Key, now, before) || LetsGo(key.Key, now, before),
        Table.Services or Table.Revisions => false,
    };

    private static bool IsNewlyWaiting(string task, StateSnapshot now, StateSnapshot before) =>
        now.UnplacedTasks.ContainsKey(task) && !before.UnplacedTasks.ContainsKey(task);

    /// <summary>It held resources of a node, and does not any more.</summary>
    private static bool LetsGo(string task, StateSnapshot now, StateSnapshot before) =>
        before.Tasks.TryGetValue(task, out var old) && old.NodeId is not null && old.Status.State.HoldsResources()
        && !(now.Tasks.TryGetValue(task, out var left) && left.Status.State.HoldsResources());

    /// <summary>
    /// Holds only for the nodes as they were: one that was drained or removed meanwhile gets nothing.
    /// </summary>
    private static Transaction Assign(Placed[] part, DateTimeOffset now)
    {
        var nodes = part.Select(placed => placed.Node).DistinctBy(node => node.Id).Select(Change.Require);
        var tasks = part.Select(placed => Change.Update(placed.Task with
        {
            NodeId = placed.Node.Id,
            Meta = placed.Task.Meta.Touched(now),
            Status = new TaskStatus
            {
                State = TaskState.Assigned, Timestamp = now, Message = "scheduler assigned task to node",
            },
        }));
        return new Transaction { Changes = [.. nodes, .. tasks] };
    }

    private static Transaction Explain(Refused[] part, DateTimeOffset now) => new()
    {
        Changes =
        [
            .. part.Select(refused => Change.Update(refused.Task with
            {
                Meta = refused.Task.Meta.Touched(now),
                Status = refused.Task.Status with { Error = refused.Reason, Timestamp = now },
            })),
        ],
    };
}
