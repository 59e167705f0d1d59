using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Explaining;

/// <summary>Where the tasks of a service would go that has none yet.</summary>
/// <param name="Tasks">how many were looked at: all, unless there are more than <see cref="MostTasks"/></param>
/// <param name="Nodes">those that get some, most first</param>
/// <param name="Explanation">
/// of the first task that fits nowhere, after all others; of the very first one when all fit
/// </param>
public sealed record PlacementPlan(
    int Tasks, int Placed, ImmutableArray<(Node Node, int Tasks)> Nodes, Explanation Explanation)
{
    public const int MostTasks = 10_000;

    /// <summary>Of those that fit nowhere: what would be pushed out at once, each for one of them.</summary>
    public ImmutableArray<PushedOut> PushedOut { get; init; } = [];

    /// <param name="state">holds the service and its revision, and none of its tasks</param>
    public static PlacementPlan Of(StateSnapshot state, Service service, DateTimeOffset now)
    {
        var count = (int)Math.Min(MostTasks, service.Spec.Mode.Replicas);
        var tasks = Enumerable.Range(1, count).Select(slot => Change.Create(TaskOf(service, slot, now)));
        var waiting = After(state, tasks);
        var decision = new Scheduler().Decide(waiting, now, state.Index);
        var own = decision.Placed.Where(placed => placed.Task.ServiceId == service.Id).ToArray();
        var asked = own.Length == count ? state : After(waiting, decision.Placed.Select(Assign));
        return new(
            count, own.Length,
            [.. own.GroupBy(placed => placed.Node).Select(node => (node.Key, node.Count()))
                .OrderByDescending(node => node.Item2).ThenBy(node => node.Key.Key, StringComparer.Ordinal)],
            new Explainer(asked, now).Explain(asked.Revision(service.Id, service.TemplateRevision)!))
        {
            PushedOut = [.. decision.Preempted.Where(made => made.For.ServiceId == service.Id)
                .Select(made => new PushedOut(made.Node, [.. made.Victims.Select(state.NameOf)]))],
        };
    }

    private static ServiceTask TaskOf(Service service, int slot, DateTimeOffset now) => new()
    {
        Id = new TaskId($"{service.Id}-{slot}"),
        Meta = ObjectMeta.New(now),
        ServiceId = service.Id,
        Slot = slot,
        Revision = service.TemplateRevision,
        Status = new TaskStatus { State = TaskState.Pending, Timestamp = now },
    };

    private static Change Assign(Placed placed) => Change.Update(placed.Task with
    {
        NodeId = placed.Node.Id, Grant = placed.Grant, Status = placed.Task.Status with { State = TaskState.Assigned },
    });

    private static StateSnapshot After(StateSnapshot state, IEnumerable<Change> changes)
    {
        var next = StateStore.After(state, new Transaction { Changes = [.. changes] }, out var refusal);
        Invariant.Require(next is not null, $"a plan's changes fit the state they are made on, but {refusal}");
        return next;
    }
}

/// <summary>Tasks of lower priority that would have to go for one of a service.</summary>
/// <param name="Tasks">by name, <c>web.1</c></param>
public sealed record PushedOut(Node Node, ImmutableArray<string> Tasks);
