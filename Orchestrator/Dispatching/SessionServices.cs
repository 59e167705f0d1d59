using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>What the sessions of all nodes share.</summary>
internal sealed record SessionServices(
    DispatchingEnvironment Outside, SessionTable Sessions, StatusIntake Intake, NodeWriter Nodes)
{
    public StateSnapshot State => Outside.Store.Current;

    /// <summary>Sure about it: a manager that is behind asks the log first.</summary>
    public async Task<bool> IsRemovedAsync(NodeId node, CancellationToken ct)
    {
        if (State.Node(node) is not null)
            return false;
        await Outside.Proposer.ReadBarrierAsync(ct);
        return State.Node(node) is null;
    }

    public SessionSettings SettingsOf(NodeId node) => new()
    {
        HeartbeatPeriod = State.Cluster?.Spec.HeartbeatPeriod ?? Defaults.HeartbeatPeriod,
        Managers = Outside.ManagerAddresses(),
        Role = State.Node(node)?.Spec.Role,
        Incarnation = Outside.Incarnation,
        Term = Outside.Term,
    };
}
