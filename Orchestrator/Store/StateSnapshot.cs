using System.Diagnostics.CodeAnalysis;
using Orchestrator.Model;
using Orchestrator.Primitives;
using TaskMap = System.Collections.Immutable.ImmutableSortedDictionary<string, Orchestrator.Model.ServiceTask>;

namespace Orchestrator.Store;

/// <summary>
/// The whole state at one log index. Immutable: read it from any thread, without locks, for as long as you like.
/// </summary>
public sealed class StateSnapshot
{
    public static StateSnapshot Empty { get; } = new();

    private static readonly TaskMap NoTasks = MapOf<ServiceTask>();

    /// <summary>The log index this state stands for.</summary>
    public ulong Index { get; internal init; }

    public ImmutableSortedDictionary<string, Cluster> Clusters { get; internal init; } = MapOf<Cluster>();

    /// <summary>By id, as the other tables; in ordinal order.</summary>
    public ImmutableSortedDictionary<string, Node> Nodes { get; internal init; } = MapOf<Node>();

    public ImmutableSortedDictionary<string, Service> Services { get; internal init; } = MapOf<Service>();

    /// <summary>By <see cref="ServiceRevision.KeyOf"/>.</summary>
    public ImmutableSortedDictionary<string, ServiceRevision> Revisions { get; internal init; } =
        MapOf<ServiceRevision>();

    public TaskMap Tasks { get; internal init; } = MapOf<ServiceTask>();

    /// <summary><c>table/lower-case name</c> → key.</summary>
    internal ImmutableSortedDictionary<string, string> Names { get; init; } = StringMap.Empty;

    internal ImmutableSortedDictionary<string, ImmutableSortedDictionary<ulong, ServiceRevision>> ByRevisedService
    {
        get;
        init;
    } = MapOf<ImmutableSortedDictionary<ulong, ServiceRevision>>();

    internal ImmutableSortedDictionary<string, TaskMap> ByService { get; init; } =
        MapOf<TaskMap>();

    internal ImmutableSortedDictionary<string, TaskMap> ByNode { get; init; } =
        MapOf<TaskMap>();

    internal TaskMap Unplaced { get; init; } = MapOf<ServiceTask>();

    internal ImmutableSortedDictionary<string, NodeUsage> Usage { get; init; } = MapOf<NodeUsage>();

    /// <summary>The cluster row; null before <c>init</c>.</summary>
    public Cluster? Cluster => Clusters.IsEmpty ? null : Clusters.First().Value;

    public Node? Node(NodeId id) => Nodes.GetValueOrDefault(id.Value);

    public Service? Service(ServiceId id) => Services.GetValueOrDefault(id.Value);

    public ServiceTask? Task(TaskId id) => Tasks.GetValueOrDefault(id.Value);

    /// <summary>The service of this exact name, ignoring case.</summary>
    public Service? ServiceNamed(string name) =>
        Names.TryGetValue(NameKey(Table.Services, name), out var key) ? Services[key] : null;

    public ServiceRevision? Revision(ServiceId service, ulong number) =>
        Revisions.GetValueOrDefault(ServiceRevision.KeyOf(service, number));

    /// <summary>The service's stored revisions, oldest first.</summary>
    public IEnumerable<ServiceRevision> RevisionsOf(ServiceId service) =>
        ByRevisedService.GetValueOrDefault(service.Value, ImmutableSortedDictionary<ulong, ServiceRevision>.Empty)
            .Values;

    /// <summary>Ids of services that have revisions, gone ones included: revisions go last.</summary>
    public IEnumerable<string> ServicesWithHistory => ByRevisedService.Keys;

    /// <summary>The spec a task was made from. It is there as long as the task is.</summary>
    public ServiceSpec SpecOf(ServiceTask task)
    {
        var revision = Revision(task.ServiceId, task.Revision);
        Invariant.Require(revision is not null, "a task's revision is kept as long as the task");
        return revision.Spec;
    }

    /// <summary>The service's tasks by id, whatever their state.</summary>
    public TaskMap TasksOf(ServiceId service) =>
        ByService.GetValueOrDefault(service.Value, NoTasks);

    /// <summary>The tasks placed on the node, whatever their state.</summary>
    public TaskMap TasksOn(NodeId node) =>
        ByNode.GetValueOrDefault(node.Value, NoTasks);

    /// <summary>Tasks that wait for a node: without one, wanted, and not ended.</summary>
    public TaskMap UnplacedTasks => Unplaced;

    public NodeUsage UsageOf(NodeId node) => Usage.GetValueOrDefault(node.Value, NodeUsage.None);

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

    internal static ImmutableSortedDictionary<string, T> MapOf<T>() =>
        ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);

    internal static string NameKey(Table table, string name) => $"{(int)table}/{name.ToLowerInvariant()}";
}
