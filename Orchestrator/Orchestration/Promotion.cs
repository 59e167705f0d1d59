using Orchestrator.Model;

namespace Orchestrator.Orchestration;

/// <summary>
/// Lets prepared replacements start: after their delay, and when what they replace has ended for sure.
/// </summary>
internal static class Promotion
{
    public static void Apply(TaskPlan plan)
    {
        foreach (var task in plan.Wanted)
        {
            if (task.Desired != TaskState.Ready || task.Restart is not { } restart || !IsSlotFree(plan, task))
                continue;
            if (restart.NotBefore <= plan.Now)
                plan.Desire(task, TaskState.Running);
            else
                plan.WakeAt(restart.NotBefore);
        }
    }

    /// <summary>
    /// No task that was told to stop is left in the slot. One on a lost node never says so: nobody waits for it.
    /// </summary>
    private static bool IsSlotFree(TaskPlan plan, ServiceTask task) =>
        !plan.Tasks.Any(old =>
            old.Slot == task.Slot
            && old.Desired > TaskState.Complete
            && old.Status.State is >= TaskState.Assigned and <= TaskState.Running
            && !NodeFitness.IsLost(plan.State, old));
}
