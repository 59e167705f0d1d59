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
        var parallelism = service.Spec.Update?.Parallelism ?? 1;
        var moving = (ulong)wanted.Count(task => IsMoving(task, service));
        var room = parallelism == 0 ? ulong.MaxValue : parallelism - Math.Min(parallelism, moving);
        // Slots that do not run lose nothing: they go first.
        foreach (var task in outdated.OrderBy(Runs).ThenBy(task => task.Slot))
        {
            if (Runs(task) && room-- == 0)
                return;
            plan.Desire(task, TaskState.Shutdown);
            plan.Create(service, task.Slot, new RestartRecord { Replaces = task.Id, NotBefore = plan.Now });
        }
    }

    /// <summary>Already on the new template, but not running yet or not any more.</summary>
    private static bool IsMoving(ServiceTask task, Service service) =>
        task.Revision == service.TemplateRevision
        && task.Status.State is not (TaskState.Running or TaskState.Complete);

    private static bool Runs(ServiceTask task) => task.Status.State == TaskState.Running;
}
