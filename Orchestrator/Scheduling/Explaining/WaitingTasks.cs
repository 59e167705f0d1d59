using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Explaining;

/// <summary>Equal tasks that have no node.</summary>
/// <param name="Since">when the oldest was made</param>
/// <param name="Reason">why that one waits, by its last try; empty before that</param>
public sealed record WaitingTasks(ServiceRevision Revision, int Count, DateTimeOffset Since, string Reason)
{
    /// <summary>Of the service, by revision.</summary>
    public static IEnumerable<WaitingTasks> Of(StateSnapshot state, ServiceId service) =>
        Grouped(state, state.TasksOf(service).Values.Where(state.IsUnplaced));

    public static IEnumerable<WaitingTasks> Of(StateSnapshot state) => Grouped(state, state.UnplacedTasks);

    /// <summary>Who waits longest comes first.</summary>
    private static IEnumerable<WaitingTasks> Grouped(StateSnapshot state, IEnumerable<ServiceTask> tasks) =>
        from task in tasks
        group task by (task.ServiceId, task.Revision) into equal
        let revision = state.Revision(equal.Key.ServiceId, equal.Key.Revision)
        where revision is not null
        let oldest = equal.MinBy(task => (task.Meta.CreatedAt, task.Slot))
        let waiting = new WaitingTasks(revision, equal.Count(), oldest.Meta.CreatedAt, oldest.Status.Error)
        orderby waiting.Since
        select waiting;
}
