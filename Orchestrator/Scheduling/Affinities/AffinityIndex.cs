using Orchestrator.Model;
using Orchestrator.Scheduling.Expressions;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Affinities;

/// <summary>Finds where something is that affinities name, in the state and in what a run has placed so far.</summary>
internal sealed class AffinityIndex(StateSnapshot state, CandidateTable table, RunPlacements placed)
{
    private readonly Dictionary<string, ILookup<string, int>> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<ServiceId>> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int[]> _byImage = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (HashSet<int> Nodes, int Seen)> _byTask = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ILookup<string, Service>> _labels = new(StringComparer.Ordinal);

    public GroupAffinities For(SchedulingRequest request)
    {
        var parsed = AffinityCarriers.Parsed(request.Spec);
        if (parsed.All.IsEmpty && !parsed.HasUnreadable)
            return GroupAffinities.None;
        return new GroupAffinities(
            [.. parsed.All.Select(affinity => TermOf(affinity, request))], this, parsed.HasUnreadable);
    }

    /// <summary>Services that a group wants to be near to, and not merely wishes.</summary>
    public IEnumerable<ServiceId> NeededBy(SchedulingRequest request) => AffinityCarriers.Parsed(request.Spec).All
        .Where(affinity => affinity is { IsSoft: false, IsNegative: false })
        .SelectMany(affinity => affinity.Key switch
        {
            AffinityKey.Image => [],
            AffinityKey.Task =>
                state.Tasks.Values.Where(task => IsNamed(affinity, task)).Select(task => task.ServiceId),
            _ => ServicesOf(affinity, request),
        });

    /// <summary>The nodes with that value.</summary>
    public IEnumerable<int> NodesIn(NodeAttribute topology, string place)
    {
        if (!_places.TryGetValue(topology.Key, out var nodes))
            _places.Add(topology.Key, nodes = table.All.ToArray()
                .Where(candidate => topology.ValueOf(candidate.Node) is not null)
                .ToLookup(candidate => topology.ValueOf(candidate.Node)!, candidate => candidate.Index));
        return nodes[place];
    }

    /// <summary>The nodes that do not have it at all.</summary>
    public IEnumerable<int> NodesWithout(NodeAttribute topology) => table.All.ToArray()
        .Where(candidate => topology.ValueOf(candidate.Node) is null).Select(candidate => candidate.Index);

    private AffinityTerm TermOf(Affinity affinity, SchedulingRequest request)
    {
        var term = new AffinityTerm(affinity, Names(affinity, request.Service, request.Spec, request), table);
        switch (affinity.Key)
        {
            case AffinityKey.Image:
                term.AddAll(NodesByImage(affinity));
                break;
            case AffinityKey.Task:
                term.AddAll(NodesByTask(affinity));
                break;
            default:
                foreach (var service in ServicesOf(affinity, request))
                    term.AddAll(NodesOf(service, affinity.IsNegative));
                break;
        }
        return term;
    }

    /// <param name="lostToo">also where its tasks are given up, and replaced elsewhere, but may run still</param>
    private IEnumerable<int> NodesOf(ServiceId service, bool lostToo) => state.PlacedOf(service)
        .Select(held => table.Find(held.Key)).OfType<Candidate>()
        .Where(candidate => lostToo || candidate.Node.Status.State == NodeState.Ready || IsWanted(service, candidate))
        .Select(candidate => candidate.Index)
        .Concat(placed.Of(service).Select(one => one.Node));

    private bool IsWanted(ServiceId service, Candidate candidate) => state.TasksOn(candidate.Node.Id).Values
        .Any(task => task.ServiceId == service && task.Desired <= TaskState.Complete);

    private int[] NodesByImage(Affinity affinity)
    {
        if (!_byImage.TryGetValue(affinity.Text, out var nodes))
            _byImage.Add(affinity.Text, nodes = [.. table.All.ToArray()
                .Where(candidate => affinity.Names(candidate.Node.Description.Images.AsSpan()))
                .Select(candidate => candidate.Index)]);
        return nodes;
    }

    /// <summary>Services that the affinity names, the group's own one too when it names itself.</summary>
    private ImmutableArray<ServiceId> ServicesOf(Affinity affinity, SchedulingRequest request)
    {
        var key = affinity.NamesSelf ? $"{affinity.Text}\n{request.Service.Value}" : affinity.Text;
        if (!_services.TryGetValue(key, out var services))
            _services.Add(key, services = FindServices(affinity, request));
        return services;
    }

    private ImmutableArray<ServiceId> FindServices(Affinity affinity, SchedulingRequest request)
    {
        if (affinity is { Key: AffinityKey.Service, PlainValue: { } name })
        {
            var named = affinity.NamesSelf ? state.Service(request.Service)
                : state.ServiceNamed(name) ?? state.Service(new ServiceId(name));
            return named is not null && Names(affinity, named.Id, named.Spec, request) ? [named.Id] : [];
        }
        var all = affinity is { Key: AffinityKey.Label or AffinityKey.Stack, PlainValue: { } value }
            ? ValuesOf(affinity, value, request).SelectMany(each => ServicesByLabel(affinity.Label)[each]).Distinct()
            : state.Services.Values;
        return
        [
            .. all.Where(service => Names(affinity, service.Id, service.Spec, request)).Select(service => service.Id),
        ];
    }

    private static IEnumerable<string> ValuesOf(Affinity affinity, string value, SchedulingRequest request) =>
        affinity.NamesSelf ? [value, .. LabelsOf(request.Spec, affinity.Label)] : [value];

    private ILookup<string, Service> ServicesByLabel(string label)
    {
        if (!_labels.TryGetValue(label, out var services))
            _labels.Add(label, services = state.Services.Values
                .SelectMany(service => LabelsOf(service.Spec, label).Select(value => (value, service)))
                .ToLookup(pair => pair.value, pair => pair.service, StringComparer.Ordinal));
        return services;
    }

    private static bool Names(Affinity affinity, ServiceId id, ServiceSpec spec, SchedulingRequest request) =>
        affinity.Key switch
        {
            AffinityKey.Service =>
                affinity.Names([spec.Name, id.Value]) || (affinity.NamesSelf && id == request.Service),
            AffinityKey.Stack => affinity.Names(LabelsOf(spec, affinity.Label))
                || (affinity.NamesSelf && LabelsOf(spec, affinity.Label) is [var stack, ..]
                    && LabelsOf(request.Spec, affinity.Label).Contains(stack)),
            AffinityKey.Label => affinity.Names(LabelsOf(spec, affinity.Label)),
            _ => false,
        };

    private static string[] LabelsOf(ServiceSpec spec, string name) =>
        (spec.Template.Container.Labels.GetValueOrDefault(name), spec.Labels.GetValueOrDefault(name)) switch
        {
            (null, null) => [],
            ({ } container, null) => [container],
            (null, { } service) => [service],
            ({ } container, { } service) => [container, service],
        };

    private HashSet<int> NodesByTask(Affinity affinity)
    {
        if (!_byTask.TryGetValue(affinity.Text, out var found))
            found = ([.. state.Tasks.Values
                .Where(task => task.NodeId is not null && task.Status.State.HoldsResources() && IsNamed(affinity, task))
                .Select(task => table.Find(task.NodeId!.Value.Value)?.Index).OfType<int>()], 0);
        for (; found.Seen < placed.Count; found.Seen++)
            if (IsNamed(affinity, placed[found.Seen].Task))
                found.Nodes.Add(placed[found.Seen].Node);
        _byTask[affinity.Text] = found;
        return found.Nodes;
    }

    private bool IsNamed(Affinity affinity, ServiceTask task)
    {
        var slot = state.NameOf(task);
        var container = task.Status.Container?.ContainerId ?? task.Id.Value;
        return affinity.Names([slot, $"{slot}.{task.Id.Value}", task.Id.Value, container]);
    }
}
