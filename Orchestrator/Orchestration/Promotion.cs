using Orchestrator.Model;

namespace Orchestrator.Orchestration;

/// <summary>
/// Lets prepared replacements start: after their delay, and when what they replace has ended for sure.
/// </summary>
internal static class Promotion
{
    public static void Apply(TaskPlan plan)
    {
        var busy = plan.Tasks.Where(task => IsStopping(plan, task)).Select(task => task.Slot).ToHashSet();
        foreach (var task in plan.Wanted)
        {
            if (task.Desired != TaskState.Ready || task.Restart is not { } restart || busy.Contains(task.Slot))
                continue;
            if (restart.NotBefore <= plan.Now)
                plan.Desire(task, TaskState.Running);
            else
                plan.WakeAt(restart.NotBefore);
        }
    }

    /// <summary>Told to stop, and still there. A task on a lost node never says so: nobody waits for it.</summary>
    private static bool IsStopping(TaskPlan plan, ServiceTask task) =>
        task.Desired > TaskState.Complete
        && task.Status.State is >= TaskState.Assigned and <= TaskState.Running
        && !NodeFitness.IsLost(plan.State, task);
}
