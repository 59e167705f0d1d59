using System.Runtime.InteropServices;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Primitives.Collections;
using RevisionMap = System.Collections.Immutable.ImmutableSortedDictionary<ulong, Orchestrator.Model.ServiceRevision>;
using TaskMap = Orchestrator.Primitives.Collections.SortedMap<Orchestrator.Model.ServiceTask>;

namespace Orchestrator.Store;

/// <summary>
/// What belongs to one service, also after the service itself is gone. Empty when nothing is left of it.
/// </summary>
internal sealed record ServiceContent
{
    public static ServiceContent None { get; } = new();

    public RevisionMap Revisions { get; init; } = RevisionMap.Empty;

    /// <summary>By id, whatever their state.</summary>
    public TaskMap Tasks { get; init; } = TaskMap.Empty;

    /// <summary>Those that failed on a node or were rejected there.</summary>
    public TaskMap Failed { get; init; } = TaskMap.Empty;

    /// <summary>
    /// How many hold resources, by node id; null while there are so few tasks that looking at each is no work.
    /// </summary>
    public SortedMap<int>? Placed { get; init; }

    /// <summary>Nodes with how many tasks hold resources there; a node may come more than once.</summary>
    public IEnumerable<KeyValuePair<string, int>> PlacedTasks() => Placed ?? EachPlaced();

    private IEnumerable<KeyValuePair<string, int>> EachPlaced()
    {
        foreach (var task in Tasks.Values)
            if (TaskTable.HoldsNode(task))
                yield return KeyValuePair.Create(task.NodeId!.Value.Value, 1);
    }
}

/// <summary>The next content of one service in the making.</summary>
internal sealed class ServiceContentBuilder(ServiceContent content)
{
    /// <summary>Of more tasks than this those that are placed are counted; a figure of experience.</summary>
    private const int Few = 32;

    private SortedMapBuilder<ServiceTask>? _tasks;
    private SortedMapBuilder<ServiceTask>? _failed;
    private SortedMapBuilder<int>? _placed = content.Placed?.ToBuilder();

    public RevisionMap Revisions { get; set; } = content.Revisions;

    public SortedMapBuilder<ServiceTask> Tasks => _tasks ??= content.Tasks.ToBuilder();

    public SortedMapBuilder<ServiceTask> Failed => _failed ??= content.Failed.ToBuilder();

    public bool IsEmpty => Revisions.IsEmpty && (_tasks?.Count ?? content.Tasks.Count) == 0;

    /// <param name="change">of the tasks that hold resources on the node</param>
    public void CountPlaced(string node, int change)
    {
        if (_placed is null)
            return;
        var count = _placed.GetValueOrDefault(node) + change;
        Invariant.Require(count >= 0, "a service never has fewer than no tasks on a node");
        if (count == 0)
            _placed.Remove(node);
        else
            _placed[node] = count;
    }

    public ServiceContent ToImmutable()
    {
        var next = new ServiceContent
        {
            Revisions = Revisions,
            Tasks = _tasks?.ToImmutable() ?? content.Tasks,
            Failed = _failed?.ToImmutable() ?? content.Failed,
        };
        if (next.Tasks.Count <= Few)
            return next;
        if (_placed is null)
        {
            _placed = SortedMap<int>.Empty.ToBuilder();
            foreach (var (node, count) in next.PlacedTasks())
                CountPlaced(node, count);
        }
        return next with { Placed = _placed.ToImmutable() };
    }
}

/// <summary>The contents of all services in the making: each that is changed is opened once.</summary>
/// <param name="changes">how many changes are to come, at most</param>
internal sealed class ServiceContents(SortedMap<ServiceContent> contents, int changes)
{
    private readonly SortedMapBuilder<ServiceContent> _contents = contents.ToBuilder();
    private readonly Dictionary<string, ServiceContentBuilder> _open = new(changes, StringComparer.Ordinal);

    public ServiceContentBuilder this[ServiceId service]
    {
        get
        {
            ref var open = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, service.Value, out _);
            return open ??= new(_contents.GetValueOrDefault(service.Value, ServiceContent.None));
        }
    }

    public SortedMap<ServiceContent> ToImmutable()
    {
        foreach (var (service, open) in _open)
            if (open.IsEmpty)
                _contents.Remove(service);
            else
                _contents[service] = open.ToImmutable();
        return _contents.ToImmutable();
    }
}
