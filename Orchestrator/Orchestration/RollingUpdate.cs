using Orchestrator.Model;

namespace Orchestrator.Orchestration;

/// <summary>
/// Replaces tasks of an older template, stop-first, a few slots at a time. The next slot waits until the last one runs:
/// a template that does not start stops the update instead of the service.
/// </summary>
internal static class RollingUpdate
{
    public static void Apply(TaskPlan plan, Service service)
    {
        var wanted = plan.Wanted;
        var outdated = wanted.Where(task => task.Revision != service.TemplateRevision).ToArray();
        if (outdated.Length == 0)
            return;
        var room = UpdateRoom.Of(plan, service);
        var followed = wanted.Where(task => task.Revision == service.TemplateRevision).Select(task => task.Slot)
            .ToHashSet();
        // Slots that do not run lose nothing: they go first.
        foreach (var task in outdated.OrderBy(Runs).ThenBy(task => task.Slot))
        {
            if (followed.Contains(task.Slot))
                continue; // it is evicted, and its replacement is of the new template
            if (Runs(task) && !room.TryTake())
                return;
            plan.Desire(task, TaskState.Shutdown);
            plan.Create(service, task.Slot, new RestartRecord { Replaces = task.Id, NotBefore = plan.Now });
            followed.Add(task.Slot);
        }
    }

    private static bool Runs(ServiceTask task) => task.Status.State == TaskState.Running;
}
