using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Hosting.Recovery;

/// <summary>The change that a cluster's nodes go through when one manager carries on alone.</summary>
internal static class SoleManager
{
    /// <summary>
    /// All other managers become workers: their part of the log is of another group now, so that they could not come
    /// back as what they were. Their rows, labels and tasks stay. Pure.
    /// </summary>
    /// <param name="manager">as it is to be; its row may exist or not</param>
    public static Transaction Of(StateSnapshot state, Node manager) => Transaction.Of(
    [
        .. FormerManagers(state, manager.Id).Select(node => Change.Update(node with
        {
            Spec = node.Spec with { Role = NodeRole.Worker },
            ManagerAddress = "",
        })),
        state.Node(manager.Id) is null ? Change.Create(manager) : Change.Update(manager),
    ]);

    public static IEnumerable<Node> FormerManagers(StateSnapshot state, NodeId manager) =>
        state.Nodes.Values.Where(node => node.Spec.Role == NodeRole.Manager && node.Id != manager);
}
