using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>
/// What is left to do for a service that is gone: stop its tasks, then forget them and its revisions.
/// </summary>
internal static class Removal
{
    public static Decision Decide(TaskPlan plan, ServiceId service)
    {
        foreach (var task in plan.Tasks)
            plan.Desire(task, TaskState.Remove);
        Reaper.Apply(plan, historyLimit: 0);
        var decision = plan.ToDecision();
        if (!plan.Tasks.IsEmpty)
            return decision;
        var revisions = plan.State.RevisionsOf(service).Select(Change.Delete);
        return decision with { Changes = [.. decision.Changes, .. revisions] };
    }
}
