using Orchestrator.Model;

namespace Orchestrator.Orchestration;

/// <summary>Replaces wanted tasks that ended, and those that have to leave their node.</summary>
internal static class Replacement
{
    /// <summary>How long a task that is to be moved waits for a node to go to.</summary>
    private static readonly TimeSpan PlacementPatience = TimeSpan.FromMinutes(1);

    /// <summary>After a move that came to nothing; what was in its way seldom goes within a moment.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(5);

    public static void Apply(TaskPlan plan, Service service)
    {
        foreach (var task in plan.Wanted)
        {
            if (task.Status.State.IsTerminal())
                AfterEnd(plan, service, task);
            else if (NodeFitness.MustLeave(plan.State, task))
                Leave(plan, service, task);
            else if (task.Eviction is { Gentle: false })
                Replace(plan, service, task, Move(task, plan.Now));
        }
        EvictGently(plan, service);
    }

    /// <summary>Its node is lost or emptied: what was made to replace it is not made a second time.</summary>
    private static void Leave(TaskPlan plan, Service service, ServiceTask task)
    {
        if (task.Eviction is { Gentle: true } && Successor(plan, task) is not null)
            plan.Desire(task, TaskState.Shutdown);
        else
            Replace(plan, service, task, Move(task, plan.Now));
    }

    /// <summary>Some slots at a time, as an update would: a replacement that does not run yet takes up room.</summary>
    private static void EvictGently(TaskPlan plan, Service service)
    {
        var evicted = plan.Wanted.Where(task => task.Eviction is { Gentle: true } && !task.Status.State.IsTerminal())
            .ToArray();
        if (evicted.Length == 0)
            return;
        var room = UpdateRoom.Of(plan, service);
        var stopsFirst = service.Spec.Update?.Order == UpdateOrder.StopFirst;
        foreach (var task in evicted.OrderBy(task => task.Eviction!.At).ThenBy(task => task.Slot))
        {
            if (Successor(plan, task) is { } successor)
                Follow(plan, task, successor);
            else if (room.TryTake())
            {
                plan.Create(service, task.Slot, Move(task, plan.Now));
                if (stopsFirst)
                    plan.Desire(task, TaskState.Shutdown);
            }
        }
    }

    /// <summary>
    /// The old task stops when the new one runs. A new one that finds no node, or ended and is not wanted again, gives
    /// the move up: the old task goes on, and the service's other slots are not kept waiting.
    /// </summary>
    private static void Follow(TaskPlan plan, ServiceTask evicted, ServiceTask successor)
    {
        var giveUpAt = successor.Meta.CreatedAt + PlacementPatience;
        if (successor.Status.State is TaskState.Running or TaskState.Complete)
            plan.Desire(evicted, TaskState.Shutdown);
        else if (successor.Status.State.IsTerminal() || (successor.NodeId is null && giveUpAt <= plan.Now))
        {
            plan.Keep(evicted, until: plan.Now + Rest);
            plan.Desire(successor, TaskState.Shutdown);
        }
        else if (successor.NodeId is null)
            plan.WakeAt(giveUpAt);
    }

    /// <summary>The task that is to run in the slot when this one has gone.</summary>
    private static ServiceTask? Successor(TaskPlan plan, ServiceTask evicted) => plan.Wanted
        .FirstOrDefault(task => task.Slot == evicted.Slot && task.Eviction is null);

    /// <summary>What has ended stays so unless the policy wants it again, whatever becomes of its node.</summary>
    private static void AfterEnd(TaskPlan plan, Service service, ServiceTask task)
    {
        if (task.Eviction is { Gentle: true } && Successor(plan, task) is not null)
            plan.Desire(task, TaskState.Shutdown);
        else if (task.Status.State == TaskState.Orphaned)
            Replace(plan, service, task, Move(task, plan.Now));
        else if (Restarts.Next(task, plan.State.SpecOf(task).Template.Restart) is { } restart)
            Restart(plan, service, task, restart);
    }

    private static void Restart(TaskPlan plan, Service service, ServiceTask task, RestartRecord restart)
    {
        if (NodeFitness.MustLeave(plan.State, task))
            Replace(plan, service, task, Move(task, plan.Now));
        else if (task.Status.State == TaskState.Rejected && restart.NotBefore > plan.Now)
            // Its replacement would be prepared at once and be rejected just as fast: here the preparing has to wait.
            plan.WakeAt(restart.NotBefore);
        else
            Replace(plan, service, task, restart);
    }

    /// <summary>Not the task's fault: no delay, and its record of failures goes on unchanged.</summary>
    private static RestartRecord Move(ServiceTask task, DateTimeOffset now) => new()
    {
        Replaces = task.Id,
        // One that still waits for its delay goes on waiting elsewhere.
        NotBefore = task.Restart is { } waiting && waiting.NotBefore > now ? waiting.NotBefore : now,
        Failures = task.Restart?.Failures ?? 0,
        Attempts = task.Restart?.Attempts ?? [],
    };

    private static void Replace(TaskPlan plan, Service service, ServiceTask task, RestartRecord restart)
    {
        plan.Desire(task, TaskState.Shutdown);
        plan.Create(service, task.Slot, restart);
    }
}
