using Orchestrator.Model;

namespace Orchestrator.Orchestration;

/// <summary>Replaces wanted tasks that ended, and those whose node is lost or drained.</summary>
internal static class Replacement
{
    public static void Apply(TaskPlan plan, Service service)
    {
        foreach (var task in plan.Wanted)
        {
            if (task.Status.State.IsTerminal())
                AfterEnd(plan, service, task);
            else if (NodeFitness.MustLeave(plan.State, task))
                Replace(plan, service, task, Move(task, plan.Now));
        }
    }

    /// <summary>What has ended stays so unless the policy wants it again, whatever becomes of its node.</summary>
    private static void AfterEnd(TaskPlan plan, Service service, ServiceTask task)
    {
        if (task.Status.State == TaskState.Orphaned)
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
