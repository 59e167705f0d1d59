using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>Reconciles a service whenever something of it, or a node that runs it, changed.</summary>
public sealed class ServiceController : IController
{
    public string Name => "services";

    public IEnumerable<string> KeysOf(StateChange change, StateSnapshot before) =>
        change.Keys is { } keys
            ? keys.SelectMany(key => Affected(key, change.Snapshot, before))
            : All(change.Snapshot);

    public ControllerDecision Decide(ReconcileContext context, string key) =>
        ControllerDecision.Of(ServiceReconciler.Decide(context, new ServiceId(key)));

    /// <summary>Living services, and gone ones that still have tasks to stop.</summary>
    private static IEnumerable<string> All(StateSnapshot state) => state.ServicesWithHistory;

    private static IEnumerable<string> Affected(ChangedKey key, StateSnapshot now, StateSnapshot before) =>
        key.Table switch
    {
        Table.Services => [key.Key],
        Table.Tasks => (now.Tasks.GetValueOrDefault(key.Key) ?? before.Tasks.GetValueOrDefault(key.Key)) is { } task
            ? [task.ServiceId.Value]
            : [],
        Table.Nodes => ServicesOn(new NodeId(key.Key), now, before),
        Table.Clusters => All(now),
        Table.Revisions => [],
    };

    /// <summary>A description or a label moves no task; state and availability do.</summary>
    private static IEnumerable<string> ServicesOn(NodeId id, StateSnapshot now, StateSnapshot before)
    {
        var node = now.Node(id);
        if (node is not null && before.Node(id) is { } old
            && node.Status.State == old.Status.State && node.Spec.Availability == old.Spec.Availability)
            return [];
        return now.TasksOn(id).Values.Select(task => task.ServiceId.Value).Distinct(StringComparer.Ordinal);
    }
}
