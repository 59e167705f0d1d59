using System.Runtime.InteropServices;
using Orchestrator.Model;
using Orchestrator.Primitives.Collections;

namespace Orchestrator.Store;

/// <summary>The tasks of the next snapshot with the indexes on them.</summary>
internal sealed class TaskTable(StateSnapshot state, ServiceContents contents)
{
    private readonly SortedMapBuilder<ServiceTask> _all = state.Tasks.ToBuilder();
    private readonly SortedMapBuilder<ServiceTask> _unplaced = state.Unplaced.ToBuilder();
    private readonly GroupedMapBuilder<ServiceTask> _byNode = new(state.ByNode);
    private readonly GroupedMapBuilder<ServiceTask> _sharers = new(state.Sharers);
    private readonly Dictionary<string, NodeUsage> _usage = new(StringComparer.Ordinal);

    public SortedMap<ServiceTask> All => _all.ToImmutable();

    public SortedMap<ServiceTask> Unplaced => _unplaced.ToImmutable();

    public SortedMap<SortedMap<ServiceTask>> ByNode => _byNode.ToImmutable();

    public SortedMap<SortedMap<ServiceTask>> Sharers => _sharers.ToImmutable();

    public SortedMap<NodeUsage> Usage
    {
        get
        {
            var usage = state.Usage.ToBuilder();
            foreach (var (node, used) in _usage)
                if (used.Tasks == 0)
                    usage.Remove(node);
                else
                    usage[node] = used;
            return usage.ToImmutable();
        }
    }

    public ServiceTask? Find(string key) => _all.GetValueOrDefault(key);

    /// <param name="old">what is stored; null when the task is new</param>
    /// <param name="content">of its service</param>
    public void Put(ServiceTask? old, ServiceTask task, ServiceContentBuilder content)
    {
        if (old?.NodeId is { } oldNode && oldNode != task.NodeId)
            _byNode.Open(oldNode.Value).Remove(old.Key);
        if (old is null || UseOf(old) != UseOf(task) || !ReferenceEquals(old.Grant, task.Grant))
        {
            AddUsage(old, content, -1);
            AddUsage(task, content, +1);
        }
        _all[task.Key] = task;
        content.Tasks[task.Key] = task;
        if (task.NodeId is { } node)
            _byNode.Open(node.Value)[task.Key] = task;
        if (IsUnplaced(task))
            _unplaced[StateSnapshot.UnplacedKey(task)] = task;
        else if (old is not null && IsUnplaced(old))
            _unplaced.Remove(StateSnapshot.UnplacedKey(task));
        if (HasFailed(task))
            content.Failed[task.Key] = task;
        PutSharer(old, task);
    }

    public bool Remove(ServiceTask task)
    {
        var content = contents[task.ServiceId];
        AddUsage(task, content, -1);
        content.Tasks.Remove(task.Key);
        if (HasFailed(task))
            content.Failed.Remove(task.Key);
        if (IsUnplaced(task))
            _unplaced.Remove(StateSnapshot.UnplacedKey(task));
        if (task.NodeId is { } node)
            _byNode.Open(node.Value).Remove(task.Key);
        RemoveSharer(task);
        return _all.Remove(task.Key);
    }

    private void PutSharer(ServiceTask? old, ServiceTask task)
    {
        if (!ReferenceEquals(old?.Grant, task.Grant) || !HoldsNode(task))
            RemoveSharer(old);
        if (task.Grant is { Shared.IsEmpty: false } grant && HoldsNode(task))
            foreach (var shared in grant.Shared)
                _sharers.Open(shared.TaskId.Value)[task.Key] = task;
    }

    private void RemoveSharer(ServiceTask? task)
    {
        if (task?.Grant is { Shared.IsEmpty: false } grant)
            foreach (var shared in grant.Shared)
                _sharers.Open(shared.TaskId.Value).Remove(task.Key);
    }

    /// <summary>It waits for a node: wanted, and not ended.</summary>
    public static bool IsUnplaced(ServiceTask task) =>
        task.NodeId is null && !task.Status.State.IsTerminal() && task.Desired <= TaskState.Complete;

    /// <summary>States are final from there on.</summary>
    private static bool HasFailed(ServiceTask task) =>
        task.NodeId is not null && task.Status.State is TaskState.Failed or TaskState.Rejected;

    /// <summary>What its usage depends on.</summary>
    private static (NodeId? Node, bool Holds, ulong Revision) UseOf(ServiceTask task) =>
        (task.NodeId, task.Status.State.HoldsResources(), task.Revision);

    public static bool HoldsNode(ServiceTask task) =>
        task.NodeId is not null && task.Status.State.HoldsResources();

    private void AddUsage(ServiceTask? task, ServiceContentBuilder content, int sign)
    {
        if (task is null || !HoldsNode(task))
            return;
        var node = task.NodeId!.Value;
        ref var usage = ref CollectionsMarshal.GetValueRefOrAddDefault(_usage, node.Value, out _);
        usage = (usage ?? state.UsageOf(node)).With(content.Revisions[task.Revision].Spec, task.Grant, sign);
        content.CountPlaced(node.Value, sign);
    }
}
