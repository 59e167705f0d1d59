using Orchestrator.Model;
using Orchestrator.Scheduling.Rebalancing;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>
/// Moves tasks of services that want it when nodes joined or came back: some at a time, when the nodes have settled.
/// </summary>
public sealed class RebalancingController : IController
{
    private const string All = "all";

    /// <summary>Under way at once, over all services.</summary>
    private const int Budget = 5;

    /// <summary>No node went or came for so long: one that comes back seldom comes alone.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    public string Name => "rebalancing";

    public IEnumerable<string> KeysOf(StateChange change, StateSnapshot before) =>
        change.Keys is not { } keys || keys.Any(key => Matters(key, change.Snapshot, before)) ? [All] : [];

    public ControllerDecision Decide(ReconcileContext context, string key)
    {
        var (state, now) = (context.State, context.Now);
        var services = state.Services.Values.Where(Rebalancer.IsAutomatic).ToArray();
        if (services.Length == 0)
            return new([], null);
        if (LastChange(state, now) is { } last && last + Settling > now)
            return new([], last + Settling);
        var scope = new RebalanceScope(services, Budget, WithLocalData: false) { WithGivenUp = false };
        var plan = Rebalancer.Plan(state, scope, now);
        return new(
            [
                .. plan.Moves.GroupBy(move => move.Service.Id)
                    .Select(moves => new Transaction { Changes = [.. Rebalancer.Begin(moves, now)] }),
            ],
            plan.LeftAlone.Any(left => left.Passes) ? now + Settling : EndOfRest(state, services, now));
    }

    /// <summary>When the first task may be moved again of which a move was given up.</summary>
    private static DateTimeOffset? EndOfRest(StateSnapshot state, Service[] services, DateTimeOffset now) => services
        .SelectMany(service => state.TasksOf(service.Id).Values)
        .Where(task => task.Desired == TaskState.Running).Select(task => task.StaysUntil)
        .Where(until => until > now).Min();

    /// <summary>A moment that is still to come is of a clock that was set back.</summary>
    private static DateTimeOffset? LastChange(StateSnapshot state, DateTimeOffset now) => state.Nodes.Values
        .Select(node => (DateTimeOffset?)node.Status.Since).Where(since => since <= now).Max();

    private static bool Matters(ChangedKey key, StateSnapshot now, StateSnapshot before) => key.Table switch
    {
        Table.Nodes => IsOtherwise(now.Nodes.GetValueOrDefault(key.Key), before.Nodes.GetValueOrDefault(key.Key)),
        Table.Services => now.Services.TryGetValue(key.Key, out var service) && Rebalancer.IsAutomatic(service),
        Table.Tasks => IsMoving(before, key.Key) && !IsMoving(now, key.Key),
        Table.Clusters or Table.Revisions => false,
    };

    private static bool IsOtherwise(Node? now, Node? before) => now is not null
        && (now.Status.State != before?.Status.State || now.Spec.Availability != before.Spec.Availability);

    private static bool IsMoving(StateSnapshot state, string task) => state.Tasks.TryGetValue(task, out var moving)
        && moving.Eviction is { Gentle: true } && moving.Status.State.HoldsResources();
}
