using System.Text;
using Orchestrator.Model;
using Orchestrator.Scheduling.Expressions;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>What a group of equal tasks asks of a node, worked out once for all of them.</summary>
internal sealed class SchedulingRequest
{
    private static readonly NodeResources Nothing = new();

    private readonly NodeResources _reserved;

    /// <param name="usual">the strategy of services that name none</param>
    public SchedulingRequest(ServiceId service, ulong revision, ServiceSpec spec, SchedulingStrategy usual)
    {
        (Service, Revision, Spec) = (service, revision, spec);
        _reserved = spec.Template.Resources?.Reservations ?? Nothing;
        var constraints = ParsedConstraints.Of(spec);
        (Constraints, Wishes) = (constraints.Hard, constraints.Soft);
        var placement = spec.Template.Placement;
        Platforms = placement?.Platforms ?? [];
        MaxReplicasPerNode = placement?.MaxReplicasPerNode ?? 0;
        Branches = placement is null ? [] : [.. placement.Spread.Select(NodeAttribute.Find).OfType<NodeAttribute>()];
        Ports = spec.Endpoint is null ? [] : [.. HostPort.Of(spec)];
        PortRanges = spec.Endpoint is null ? [] : [.. Grants.RangesOf(spec.Endpoint)];
        Plugins = NeededPlugins.Of(spec.Template);
        Dependencies = Model.Dependencies.Of(spec);
        Strategy = Strategies.Of(spec.Labels) ?? usual;
    }

    /// <summary>Of the service's newest template.</summary>
    public static SchedulingRequest Of(Service service, StateSnapshot state) => Scheduler.RequestOf(
        service.Id, service.TemplateRevision, state.Revision(service.Id, service.TemplateRevision)!.Spec, state);

    public ServiceId Service { get; }

    public ulong Revision { get; }

    public ServiceSpec Spec { get; }

    public SchedulingStrategy Strategy { get; }

    public long NanoCpus => _reserved.NanoCpus;

    public long MemoryBytes => _reserved.MemoryBytes;

    public ImmutableArray<GenericResource> Generic => _reserved.Generic;

    public bool ReservesNothing => NanoCpus == 0 && MemoryBytes == 0 && Generic.IsEmpty;

    /// <summary>
    /// Expressions that do not parse were refused by the API; one that slips through is null, and met by no node.
    /// </summary>
    public ImmutableArray<Constraint?> Constraints { get; }

    /// <summary>Constraints that a node had better meet.</summary>
    public ImmutableArray<Constraint> Wishes { get; }

    public ImmutableArray<Platform> Platforms { get; }

    public ulong MaxReplicasPerNode { get; }

    public ImmutableArray<HostPort> Ports { get; }

    /// <summary>Of each one free number is enough.</summary>
    public ImmutableArray<PortConfig> PortRanges { get; }

    public ImmutableArray<string> Plugins { get; }

    public ImmutableArray<Dependency> Dependencies { get; }

    /// <summary>What the tasks are spread over before nodes, outermost first.</summary>
    public ImmutableArray<NodeAttribute> Branches { get; }

    /// <param name="level">of <see cref="Branches"/>, from 0</param>
    public string BranchOf(Node node, int level) => Branches[level].ValueOf(node) ?? "";

    /// <summary>How many of the wishes the node does not meet: fewer is better, before all else.</summary>
    public int UnmetWishes(Node node)
    {
        var unmet = 0;
        foreach (var wish in Wishes)
            unmet += wish.Holds(node) ? 0 : 1;
        return unmet;
    }

    /// <summary>Requests with equal ones ask the same of a node, but for what depends on their own tasks.</summary>
    public PoolKey PoolKey
    {
        get
        {
            var placement = Spec.Template.Placement;
            var isPlain = Constraints.IsEmpty && Wishes.IsEmpty && placement is null or { Spread.IsEmpty: true };
            var rest = isPlain && Platforms.IsEmpty && Plugins.IsEmpty && Generic.IsEmpty ? "" : Joined(
                Constraints.Select(constraint => constraint?.Text ?? ""), Wishes.Select(wish => wish.Text),
                placement?.Spread ?? [], Platforms.Select(platform => $"{platform.Os}/{platform.Architecture}"),
                Plugins,
                Generic.Select(resource => $"{resource.Kind}={resource.Count}"));
            return new PoolKey(Strategy, NanoCpus, MemoryBytes, rest);
        }
    }

    /// <summary>Texts of which no two lists of lists make the same.</summary>
    private static string Joined(params ReadOnlySpan<IEnumerable<string>> lists)
    {
        var text = new StringBuilder();
        foreach (var list in lists)
        {
            foreach (var item in list)
                text.Append(item.Length).Append(':').Append(item);
            text.Append(';');
        }
        return text.ToString();
    }
}

/// <param name="Rest">all else that is asked, as text</param>
internal readonly record struct PoolKey(SchedulingStrategy Strategy, long NanoCpus, long MemoryBytes, string Rest);
