using Orchestrator.Model;

namespace Orchestrator.Orchestration;

/// <summary>How many slots more may change at once by the service's update policy.</summary>
internal sealed class UpdateRoom
{
    private ulong _left;

    private UpdateRoom(ulong left) => _left = left;

    public static UpdateRoom Of(TaskPlan plan, Service service)
    {
        var parallelism = service.Spec.Update?.Parallelism ?? 1;
        if (parallelism == 0)
            return new UpdateRoom(ulong.MaxValue);
        var moving = (ulong)plan.Wanted.Count(task => IsMoving(task, service));
        return new UpdateRoom(parallelism - Math.Min(parallelism, moving));
    }

    public bool TryTake()
    {
        if (_left == 0)
            return false;
        _left--;
        return true;
    }

    /// <summary>Already on the newest template, but not running yet or not any more.</summary>
    private static bool IsMoving(ServiceTask task, Service service) =>
        task.Revision == service.TemplateRevision
        && task.Status.State is not (TaskState.Running or TaskState.Complete);
}
