using Orchestrator.Api.Lookup;
using Orchestrator.Scheduling.Rebalancing;
using Orchestrator.Store;

namespace Orchestrator.Api.Writes;

/// <summary>Marks tasks that are to run elsewhere; the rest follows from that.</summary>
/// <param name="services">what the user names; none = all</param>
internal sealed class RebalanceWrites(ManagerServices manager, IReadOnlyList<string> services, int maxMoves)
{
    public RebalancePlan Plan(StateSnapshot state)
    {
        var named = services.Select(name => Lookups.Service(state, name ?? "")).DistinctBy(service => service.Id);
        var scope = services.Count == 0
            ? new RebalanceScope(state.Services.Values, maxMoves, WithLocalData: false)
            : new RebalanceScope(named, maxMoves, WithLocalData: true);
        return Rebalancer.Plan(state, scope, manager.Time.GetUtcNow());
    }

    /// <returns>what was begun</returns>
    public async Task<RebalancePlan> BeginAsync(CancellationToken ct)
    {
        var plan = Plan(manager.Store.Current);
        if (plan.Moves.IsEmpty)
            return plan;
        await manager.UntilAcceptedAsync(state =>
        {
            plan = Plan(state);
            return Rebalancer.Begin(plan.Moves, manager.Time.GetUtcNow());
        }, ct);
        return plan;
    }
}
