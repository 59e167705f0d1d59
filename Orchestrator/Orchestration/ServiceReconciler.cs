using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>Brings the tasks of one service to what its spec asks for. Pure: (view, now) → changes.</summary>
public static class ServiceReconciler
{
    public static Decision Decide(ReconcileContext context, ServiceId id)
    {
        var plan = new TaskPlan(context, id);
        if (context.State.Service(id) is not { } service)
            return Removal.Decide(plan, id);
        if (service.Spec.Mode.Kind != ModeKind.Replicated)
            return Decision.Nothing;
        Replacement.Apply(plan, service);
        Scaling.Apply(plan, service);
        RollingUpdate.Apply(plan, service);
        Promotion.Apply(plan);
        Reaper.Apply(plan, context.State.Cluster?.Spec.TaskHistoryLimit ?? Defaults.TaskHistoryLimit);
        var decision = plan.ToDecision();
        if (decision.Changes.IsEmpty && UpdateProgress.Of(plan, service) is { } progress)
            return decision with { Changes = [progress] };
        // The service these changes were decided for: an update in between makes them void.
        return decision.Changes.IsEmpty
            ? decision
            : decision with
            {
                Changes = [Change.Require(service), .. decision.Changes, .. Revisions.Expired(context, service)],
            };
    }
}
