using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>How long the history of a service's specs is.</summary>
internal static class Revisions
{
    /// <summary>Newest revisions that stay although no task runs them.</summary>
    private const int Kept = 10;

    /// <summary>Deletes of revisions that are neither recent, nor a way back, nor run by a task.</summary>
    public static IEnumerable<Change> Expired(ReconcileContext context, Service service)
    {
        var stored = context.State.RevisionsOf(service.Id).ToArray();
        if (stored.Length <= Kept)
            return [];
        var used = context.State.TasksOf(service.Id).Values.Select(task => task.Revision)
            .Concat([service.Revision, service.TemplateRevision, service.PreviousRevision ?? 0])
            .ToHashSet();
        return stored.SkipLast(Kept).Where(revision => !used.Contains(revision.Number)).Select(Change.Delete);
    }
}
