using System.Diagnostics.CodeAnalysis;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Primitives.Collections;
using TaskMap = Orchestrator.Primitives.Collections.SortedMap<Orchestrator.Model.ServiceTask>;

namespace Orchestrator.Store;

/// <summary>
/// The whole state at one log index. Immutable: read it from any thread, without locks, for as long as you like.
/// </summary>
public sealed class StateSnapshot
{
    public static StateSnapshot Empty { get; } = new();

    /// <summary>The log index this state stands for.</summary>
    public ulong Index { get; internal init; }

    public SortedMap<Cluster> Clusters { get; internal init; } = SortedMap<Cluster>.Empty;

    /// <summary>By id, as the other tables; in ordinal order.</summary>
    public SortedMap<Node> Nodes { get; internal init; } = SortedMap<Node>.Empty;

    public SortedMap<Service> Services { get; internal init; } = SortedMap<Service>.Empty;

    /// <summary>By <see cref="ServiceRevision.KeyOf"/>.</summary>
    public SortedMap<ServiceRevision> Revisions { get; internal init; } = SortedMap<ServiceRevision>.Empty;

    public TaskMap Tasks { get; internal init; } = TaskMap.Empty;

    /// <summary><c>table/lower-case name</c> → key.</summary>
    internal SortedMap<string> Names { get; init; } = SortedMap<string>.Empty;

    internal SortedMap<ServiceContent> ByService { get; init; } = SortedMap<ServiceContent>.Empty;

    internal SortedMap<TaskMap> ByNode { get; init; } = SortedMap<TaskMap>.Empty;

    /// <summary>By <see cref="UnplacedKey"/>.</summary>
    internal TaskMap Unplaced { get; init; } = TaskMap.Empty;

    /// <summary>By the task that is shared: tasks that hold resources, and share its network or volumes.</summary>
    public SortedMap<TaskMap> Sharers { get; internal init; } = SortedMap<TaskMap>.Empty;

    internal SortedMap<NodeUsage> Usage { get; init; } = SortedMap<NodeUsage>.Empty;

    /// <summary>The cluster row; null before <c>init</c>.</summary>
    public Cluster? Cluster => Clusters.IsEmpty ? null : Clusters.First().Value;

    public Node? Node(NodeId id) => Nodes.GetValueOrDefault(id.Value);

    public Service? Service(ServiceId id) => Services.GetValueOrDefault(id.Value);

    public ServiceTask? Task(TaskId id) => Tasks.GetValueOrDefault(id.Value);

    /// <summary>The service of this exact name, ignoring case.</summary>
    public Service? ServiceNamed(string name) =>
        Names.TryGetValue(NameKey(Table.Services, name), out var key) ? Services[key] : null;

    public ServiceRevision? Revision(ServiceId service, ulong number) =>
        ContentOf(service).Revisions.GetValueOrDefault(number);

    /// <summary>The service's stored revisions, oldest first.</summary>
    public IEnumerable<ServiceRevision> RevisionsOf(ServiceId service) => ContentOf(service).Revisions.Values;

    /// <summary>Ids of services that have revisions, gone ones included: revisions go last.</summary>
    public IEnumerable<string> ServicesWithHistory => ByService.Keys;

    /// <summary>The spec a task was made from. It is there as long as the task is.</summary>
    public ServiceSpec SpecOf(ServiceTask task)
    {
        var revision = Revision(task.ServiceId, task.Revision);
        Invariant.Require(revision is not null, "a task's revision is kept as long as the task");
        return revision.Spec;
    }

    /// <summary><c>web.1</c></summary>
    public string NameOf(ServiceTask task) => $"{SpecOf(task).Name}.{task.Slot}";

    /// <summary>The service's tasks by id, whatever their state.</summary>
    public TaskMap TasksOf(ServiceId service) => ContentOf(service).Tasks;

    /// <summary>The tasks placed on the node, whatever their state.</summary>
    public TaskMap TasksOn(NodeId node) =>
        ByNode.GetValueOrDefault(node.Value, TaskMap.Empty);

    /// <summary>The tasks that hold resources, and share network or volumes of that one.</summary>
    public TaskMap SharersOf(TaskId task) => Sharers.GetValueOrDefault(task.Value, TaskMap.Empty);

    /// <summary>
    /// Tasks that wait for a node: without one, wanted, and not ended. Those of a service come together.
    /// </summary>
    public IEnumerable<ServiceTask> UnplacedTasks => Unplaced.Values;

    public bool HasUnplacedTasks => !Unplaced.IsEmpty;

    /// <summary>
    /// Node ids with how many tasks of the service hold resources there; a node may come more than once.
    /// </summary>
    public IEnumerable<KeyValuePair<string, int>> PlacedOf(ServiceId service) => ContentOf(service).PlacedTasks();

    /// <summary>Tasks of the service that failed on a node or were rejected there, as long as they are kept.</summary>
    public TaskMap FailuresOf(ServiceId service) => ContentOf(service).Failed;

    /// <summary>By node id; nodes that hold nothing are left out.</summary>
    public SortedMap<NodeUsage> UsageByNode => Usage;

    public NodeUsage UsageOf(NodeId node) => Usage.GetValueOrDefault(node.Value, NodeUsage.None);

    public bool IsUnplaced(ServiceTask task) => Unplaced.ContainsKey(UnplacedKey(task));

    /// <summary>The stored object of any table.</summary>
    public bool TryFind(Table table, string key, [NotNullWhen(true)] out IStoreObject? value)
    {
        value = table switch
        {
            Table.Clusters => Clusters.GetValueOrDefault(key),
            Table.Nodes => Nodes.GetValueOrDefault(key),
            Table.Services => Services.GetValueOrDefault(key),
            Table.Revisions => Revisions.GetValueOrDefault(key),
            Table.Tasks => Tasks.GetValueOrDefault(key),
        };
        return value is not null;
    }

    internal static string NameKey(Table table, string name) => $"{(int)table}/{name.ToLowerInvariant()}";

    internal static string UnplacedKey(ServiceTask task) => $"{task.ServiceId.Value}/{task.Key}";

    private ServiceContent ContentOf(ServiceId service) =>
        ByService.GetValueOrDefault(service.Value, ServiceContent.None);
}
