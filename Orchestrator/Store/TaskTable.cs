using Orchestrator.Model;
using Orchestrator.Primitives;
using TaskMap = System.Collections.Immutable.ImmutableSortedDictionary<string, Orchestrator.Model.ServiceTask>;

namespace Orchestrator.Store;

/// <summary>The tasks of the next snapshot with the indexes on them.</summary>
internal sealed class TaskTable(StateSnapshot state)
{
    private static readonly TaskMap NoTasks = StateSnapshot.MapOf<ServiceTask>();

    public TaskMap.Builder All { get; } = state.Tasks.ToBuilder();

    public ImmutableSortedDictionary<string, TaskMap>.Builder ByService { get; } = state.ByService.ToBuilder();

    public ImmutableSortedDictionary<string, TaskMap>.Builder ByNode { get; } = state.ByNode.ToBuilder();

    public TaskMap.Builder Unplaced { get; } = state.Unplaced.ToBuilder();

    public ImmutableSortedDictionary<string, NodeUsage>.Builder Usage { get; } = state.Usage.ToBuilder();

    public ServiceTask? Find(string key) => All.GetValueOrDefault(key);

    public bool Uses(ServiceRevision revision) =>
        ByService.GetValueOrDefault(revision.ServiceId.Value, NoTasks)
            .Values.Any(task => task.Revision == revision.Number);

    public void Put(ServiceTask task, Func<ServiceTask, ServiceSpec> specOf)
    {
        if (Find(task.Key) is { } old)
        {
            AddUsage(old, specOf, -1);
            if (old.NodeId is { } oldNode && oldNode != task.NodeId)
                Set(ByNode, oldNode.Value, map => map.Remove(old.Key));
        }
        All[task.Key] = task;
        Set(ByService, task.ServiceId.Value, map => map.SetItem(task.Key, task));
        if (task.NodeId is { } node)
            Set(ByNode, node.Value, map => map.SetItem(task.Key, task));
        AddUsage(task, specOf, +1);
        if (IsUnplaced(task))
            Unplaced[task.Key] = task;
        else
            Unplaced.Remove(task.Key);
    }

    /// <summary>Fills an empty table: each index is built in one go, which for many tasks is much faster.</summary>
    public void Load(ImmutableArray<ServiceTask> tasks, Func<ServiceTask, ServiceSpec> specOf)
    {
        Invariant.Require(All.Count == 0, "only an empty table is filled");
        All.AddRange(Pairs(tasks));
        ByService.AddRange(Grouped(tasks, task => task.ServiceId.Value));
        ByNode.AddRange(Grouped(tasks.Where(task => task.NodeId is not null), task => task.NodeId!.Value.Value));
        Unplaced.AddRange(Pairs(tasks.Where(IsUnplaced)));
        Usage.AddRange(ByNode
            .Select(node => KeyValuePair.Create(node.Key, UsageOf(node.Value.Values, specOf)))
            .Where(node => node.Value.Tasks > 0));
    }

    public bool Remove(string key, Func<ServiceTask, ServiceSpec> specOf)
    {
        if (Find(key) is not { } task)
            return false;
        AddUsage(task, specOf, -1);
        All.Remove(key);
        Unplaced.Remove(key);
        Set(ByService, task.ServiceId.Value, map => map.Remove(key));
        if (task.NodeId is { } node)
            Set(ByNode, node.Value, map => map.Remove(key));
        return true;
    }

    private static bool IsUnplaced(ServiceTask task) =>
        task.NodeId is null && !task.Status.State.IsTerminal() && task.Desired <= TaskState.Complete;

    private static IEnumerable<KeyValuePair<string, ServiceTask>> Pairs(IEnumerable<ServiceTask> tasks) =>
        tasks.Select(task => KeyValuePair.Create(task.Key, task));

    private static IEnumerable<KeyValuePair<string, TaskMap>> Grouped(
        IEnumerable<ServiceTask> tasks, Func<ServiceTask, string> keyOf) =>
        tasks.GroupBy(keyOf, StringComparer.Ordinal)
            .Select(group => KeyValuePair.Create(group.Key, NoTasks.AddRange(Pairs(group))));

    private static NodeUsage UsageOf(IEnumerable<ServiceTask> tasks, Func<ServiceTask, ServiceSpec> specOf) =>
        tasks.Where(task => task.Status.State.HoldsResources())
            .Aggregate(NodeUsage.None, (usage, task) => usage.With(task, specOf(task), +1));

    private static void Set(
        ImmutableSortedDictionary<string, TaskMap>.Builder index, string key, Func<TaskMap, TaskMap> change)
    {
        var next = change(index.GetValueOrDefault(key, NoTasks));
        if (next.IsEmpty)
            index.Remove(key);
        else
            index[key] = next;
    }

    private void AddUsage(ServiceTask task, Func<ServiceTask, ServiceSpec> specOf, int sign)
    {
        if (task.NodeId is not { } node || !task.Status.State.HoldsResources())
            return;
        var next = Usage.GetValueOrDefault(node.Value, NodeUsage.None).With(task, specOf(task), sign);
        if (next.Tasks == 0)
            Usage.Remove(node.Value);
        else
            Usage[node.Value] = next;
    }
}
