using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>Says on the service that a rollback has come to its end.</summary>
internal static class UpdateProgress
{
    /// <returns>null while there is nothing new to say</returns>
    public static Change? Of(TaskPlan plan, Service service)
    {
        if (service.UpdateStatus is not { State: UpdateState.RollbackStarted } status
            || plan.Wanted.Any(task => IsOnItsWay(task, service)))
            return null;
        var completed = status with
        {
            State = UpdateState.RollbackCompleted, CompletedAt = plan.Now, Message = "rollback completed",
        };
        return Change.Update(service with { Meta = service.Meta.Touched(plan.Now), UpdateStatus = completed });
    }

    private static bool IsOnItsWay(ServiceTask task, Service service) =>
        task.Revision != service.TemplateRevision || task.Status.State < TaskState.Running;
}
