using Orchestrator.Model;
using Orchestrator.Scheduling;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>
/// What a change means for tasks that wait: in a full cluster they wait for long, looking for a place for them costs,
/// and most changes cannot help them. Pure.
/// </summary>
internal static class SchedulingEvents
{
    public static WakeEvents Of(ChangedKey key, StateSnapshot now, StateSnapshot before) => key.Table switch
    {
        Table.Nodes => OfNode(now.Nodes.GetValueOrDefault(key.Key), before.Nodes.GetValueOrDefault(key.Key)),
        Table.Tasks => OfTask(now.Tasks.GetValueOrDefault(key.Key), before.Tasks.GetValueOrDefault(key.Key)),
        Table.Services =>
            OfService(now.Services.GetValueOrDefault(key.Key), before.Services.GetValueOrDefault(key.Key)),
        Table.Clusters => OfCluster(now.Cluster, before.Cluster),
        Table.Revisions => WakeEvents.None,
    };

    public static bool StartsWaiting(ChangedKey key, StateSnapshot now, StateSnapshot before) =>
        key.Table == Table.Tasks && now.Tasks.TryGetValue(key.Key, out var waits) && now.IsUnplaced(waits)
        && !before.IsUnplaced(waits);

    /// <summary>
    /// What its tasks are called, others may want to be near to; what matters less than it did may be pushed out.
    /// </summary>
    private static WakeEvents OfService(Service? service, Service? old)
    {
        if (!AreOtherwise(service, old))
            return WakeEvents.None;
        return LevelOf(service) == LevelOf(old) ? WakeEvents.TaskPlaced : WakeEvents.All;
    }

    private static int LevelOf(Service? service) => service is null ? 0 : Priority.Of(service.Spec.Labels).Level;

    /// <summary>A service is new, gone, or has another name or other labels, as priority is one.</summary>
    public static bool IsLabelledOtherwise(ChangedKey key, StateSnapshot now, StateSnapshot before) =>
        key.Table == Table.Services
        && AreOtherwise(now.Services.GetValueOrDefault(key.Key), before.Services.GetValueOrDefault(key.Key));

    private static bool AreOtherwise(Service? service, Service? old) =>
        service is null || old is null || service.Spec.Name != old.Spec.Name
        || !service.Spec.Labels.SequenceEqual(old.Spec.Labels)
        || !service.Spec.Template.Container.Labels.SequenceEqual(old.Spec.Template.Container.Labels);

    private static WakeEvents OfTask(ServiceTask? task, ServiceTask? old)
    {
        var happened = WakeEvents.None;
        if (Holds(old) && !Holds(task))
            happened |= WakeEvents.TaskEnds;
        // One that waits no more, though it never got a node, is not waited for any more either.
        if ((task?.NodeId is not null && task.NodeId != old?.NodeId) || (Waits(old) && !Waits(task)))
            happened |= WakeEvents.TaskPlaced;
        return happened;
    }

    private static bool Holds(ServiceTask? task) => task is not null && TaskTable.HoldsNode(task);

    private static bool Waits(ServiceTask? task) => task is not null && TaskTable.IsUnplaced(task);

    private static WakeEvents OfNode(Node? node, Node? old)
    {
        if (node is null)
            return WakeEvents.None; // its tasks end in changes of their own
        if (old is null || (NodeFilters.IsReady(node) && !NodeFilters.IsReady(old)))
            return WakeEvents.All;
        var (says, said) = (node.Description, old.Description);
        var happened = WakeEvents.None;
        if (!Same(says.Resources, said.Resources) || !Same(says.Reserved, said.Reserved))
            happened |= WakeEvents.Capacity;
        if (IsCalledOtherwise(node, old))
            happened |= WakeEvents.NodeLabels;
        if (!says.Images.SequenceEqual(said.Images) || !says.Plugins.SequenceEqual(said.Plugins))
            happened |= WakeEvents.NodeContent;
        return happened;
    }

    private static bool Same(NodeResources one, NodeResources other) =>
        one.NanoCpus == other.NanoCpus && one.MemoryBytes == other.MemoryBytes
        && one.Generic.SequenceEqual(other.Generic);

    /// <summary>Anything that an expression can name.</summary>
    private static bool IsCalledOtherwise(Node node, Node old) =>
        node.Spec.Role != old.Spec.Role || node.Status.Address != old.Status.Address
        || node.Description.Hostname != old.Description.Hostname
        || node.Description.Platform != old.Description.Platform
        || !node.Spec.Labels.SequenceEqual(old.Spec.Labels)
        || !node.Description.EngineLabels.SequenceEqual(old.Description.EngineLabels);

    /// <summary>Tokens and the like are in that row too.</summary>
    private static WakeEvents OfCluster(Cluster? cluster, Cluster? old) =>
        cluster?.Spec.Overcommit == old?.Spec.Overcommit ? WakeEvents.None : WakeEvents.Capacity;
}
