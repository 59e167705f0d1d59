using Orchestrator.Model;

namespace Orchestrator.Orchestration;

/// <summary>Ends what can never run, forgets what is over, and keeps a short history of each slot.</summary>
internal static class Reaper
{
    public static void Apply(TaskPlan plan, int historyLimit)
    {
        foreach (var task in plan.Tasks)
        {
            if (IsHomeless(plan, task))
                plan.Observe(task, TaskState.Orphaned, "the node was removed");
            else if (IsOrphan(plan, task))
                plan.Observe(task, TaskState.Orphaned, "the node has been away for too long");
            else if (task.Desired >= TaskState.Shutdown && task.Status.State < TaskState.Assigned)
                plan.Observe(task, TaskState.Shutdown, "stopped before it was placed");
        }
        foreach (var task in plan.Tasks.Where(task => task.Desired == TaskState.Remove && IsOver(task)))
            plan.Delete(task);
        // Most services have no history, and are looked at whenever one of their tasks says something.
        if (historyLimit >= 0 && plan.Tasks.Any(IsHistory))
            foreach (var slot in plan.Tasks.GroupBy(task => task.Slot))
                TrimHistory(plan, slot, historyLimit);
    }

    private static void TrimHistory(TaskPlan plan, IEnumerable<ServiceTask> slot, int limit)
    {
        var newestFirst = slot
            .OrderBy(task => task.Desired <= TaskState.Complete ? 0 : 1)
            .ThenByDescending(task => task.Meta.CreatedAt)
            .ThenBy(task => task.Id.Value, StringComparer.Ordinal);
        foreach (var old in newestFirst.Skip(limit))
            if (IsHistory(old))
                plan.Delete(old);
    }

    private static bool IsHistory(ServiceTask task) => task.Desired > TaskState.Complete && IsOver(task);

    private static bool IsOver(ServiceTask task) => task.Status.State.IsTerminal();

    private static bool IsHomeless(TaskPlan plan, ServiceTask task) =>
        !task.Status.State.IsTerminal() && task.NodeId is { } id && plan.State.Node(id) is null;

    private static bool IsOrphan(TaskPlan plan, ServiceTask task)
    {
        if (task.Status.State.IsTerminal() || task.NodeId is not { } id)
            return false;
        if (plan.State.Node(id) is not { Status: { State: NodeState.Down } status })
            return false;
        var orphanAt = status.Since + Defaults.OrphanAfter;
        if (orphanAt > plan.Now)
            plan.WakeAt(orphanAt);
        return orphanAt <= plan.Now;
    }
}
