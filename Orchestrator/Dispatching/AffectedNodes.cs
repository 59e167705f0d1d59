using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>Whose session has something to send after a change of the state. Pure.</summary>
internal static class AffectedNodes
{
    /// <returns>null = every node</returns>
    public static IReadOnlySet<NodeId>? Of(StateSnapshot before, StateChange change)
    {
        if (change.Keys is not { } keys)
            return null;
        var nodes = new HashSet<NodeId>();
        foreach (var key in keys)
        {
            switch (key.Table)
            {
                case Table.Clusters:
                    return null;
                case Table.Nodes when ManagerAddress(before, key) != ManagerAddress(change.Snapshot, key):
                    return null;
                case Table.Nodes:
                    nodes.Add(new NodeId(key.Key));
                    break;
                case Table.Tasks when NodeOf(before, change.Snapshot, key.Key) is { } node:
                    nodes.Add(node);
                    break;
            }
        }
        return nodes;
    }

    private static string ManagerAddress(StateSnapshot state, ChangedKey key) =>
        state.Node(new NodeId(key.Key))?.ManagerAddress ?? "";

    // The echo of an agent's own report concerns nobody. A desired state never comes back to an earlier one,
    // so comparing states some changes apart misses nothing.
    private static NodeId? NodeOf(StateSnapshot before, StateSnapshot after, string id)
    {
        var (old, now) = (before.Task(new TaskId(id)), after.Task(new TaskId(id)));
        var unchanged = old is not null && now is not null
            && old.Desired == now.Desired
            && AssignmentDiff.IsAssigned(old) == AssignmentDiff.IsAssigned(now);
        return unchanged ? null : (now ?? old)?.NodeId;
    }
}
