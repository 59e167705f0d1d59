using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Scheduling;
using Orchestrator.Scheduling.Expressions;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Scheduling;

/// <summary>Nodes and services that chance made, and an oracle that knows the filters in the plainest words.</summary>
internal sealed class GeneratedCluster
{
    private const string Affinities = "swarmnet.affinities";
    private static readonly string[] Zones = ["x", "y", "z"];
    private readonly Random _random;
    private readonly HashSet<string> _seen = [];
    private int _names;

    public GeneratedCluster(int seed)
    {
        _random = new Random(seed);
        Plane = new ControlPlane(seed);
        for (var node = _random.Next(1, 9); node > 0; node--)
            AddNode();
        for (var service = _random.Next(1, 7); service > 0; service--)
            AddService();
        Reconcile();
    }

    /// <summary>The nodes are as full as the services of some rounds make them.</summary>
    public IEnumerable<StateSnapshot> Crowded()
    {
        for (var round = 0; round < 5; round++)
        {
            Plane.Converge();
            AddService();
            Reconcile();
            yield return Plane.State;
            Plane.Advance(TimeSpan.FromSeconds(1));
        }
    }

    public ControlPlane Plane { get; }

    /// <summary>Services may have the strategy random, whose draws depend on how many are decided upon together.</summary>
    public bool CanDraw { get; init; } = true;

    /// <summary>Services matter more or less, and some push others out.</summary>
    public bool HasPriorities { get; init; }

    public DateTimeOffset Now => Plane.Now;

    /// <summary>The task came with the last decision: what it was allowed then may not be so any more.</summary>
    public bool IsNew(ServiceTask task) => !_seen.Contains(task.Key);

    /// <summary>States in which nothing is left to decide.</summary>
    public IEnumerable<StateSnapshot> Live()
    {
        for (var round = 0; round < 4; round++)
        {
            Plane.Settle();
            yield return Plane.State;
            _seen.UnionWith(Plane.State.Tasks.Values.Where(task => task.NodeId is not null).Select(task => task.Key));
            Disturb();
        }
    }

    /// <summary>States in which something waits.</summary>
    public IEnumerable<StateSnapshot> Decisions()
    {
        for (var round = 0; round < 6; round++)
        {
            Reconcile();
            yield return Plane.State;
            Plane.Settle();
            Disturb();
        }
    }

    /// <summary>Nothing else waits.</summary>
    public ServiceId AddServiceAlone()
    {
        Plane.Settle();
        foreach (var waiting in Plane.State.UnplacedTasks.ToArray())
            Plane.Apply(Change.Delete(waiting));
        var id = AddService();
        Plane.Apply([.. ServiceReconciler.Decide(new ReconcileContext(Plane.State, Plane.Now, Plane.Ids), id).Changes]);
        return id;
    }

    /// <summary>Where the waiting tasks go when each is decided upon by itself.</summary>
    public List<string> PlaceOneByOne()
    {
        var nodes = new List<string>();
        while (new Scheduler().Decide(Plane.State, Now, 1).Placed is [var (task, node, grant), ..])
        {
            nodes.Add(node.Id.Value);
            Plane.Apply(Change.Update(task with
            {
                NodeId = node.Id, Grant = grant, Status = task.Status with { State = TaskState.Assigned },
            }));
        }
        return nodes;
    }

    public string Describe(ServiceId id) => $"{Plane.State.Service(id)!.Spec.Labels.GetValueOrDefault(Affinities)} "
        + $"{Plane.State.Service(id)!.Spec.Template.Placement}";

    /// <summary>Everything but the state of the node, which may change behind a task that runs, and its room.</summary>
    public static bool MayRun(StateSnapshot state, ServiceTask task, Node node) => MayRun(state, task, node, _ => false);

    private static bool MayRun(StateSnapshot state, ServiceTask task, Node node, Func<ServiceTask, bool> isGone)
    {
        var spec = state.SpecOf(task);
        var placement = spec.Template.Placement ?? new Placement();
        var ours = TasksOn(state, node, other => other.ServiceId == task.ServiceId && other.Id != task.Id);
        return placement.Constraints.All(text => Constraint.TryParse(text, out var parsed, out _) && (parsed.IsSoft || parsed.Holds(node)))
            && (placement.MaxReplicasPerNode == 0 || (ulong)ours < placement.MaxReplicasPerNode)
            && TasksOn(state, node, other => other.Id != task.Id && !isGone(other)) < int.Parse(node.Spec.Labels.GetValueOrDefault("swarmnet.slots", "1000"))
            && AffinitiesOf(spec).All(affinity => IsMet(state, task, node, affinity))
            && (!spec.Labels.TryGetValue(Dependencies.NetworkFrom, out var shared)
                || TasksOn(state, node, other => state.SpecOf(other).Name == shared && IsWanted(other) && !isGone(other)
                    && HasRoomFor(state, task, other)) > 0);
    }

    public static bool Fits(StateSnapshot state, ServiceTask task, Node node) => Fits(state, task, node, _ => false);

    /// <param name="isGone">tasks of other services that are looked away from</param>
    public static bool Fits(StateSnapshot state, ServiceTask task, Node node, Func<ServiceTask, bool> isGone)
    {
        var spec = state.SpecOf(task);
        var wanted = spec.Template.Resources?.Reservations ?? new NodeResources();
        var used = state.TasksOn(node.Id).Values.Where(other => other.Status.State.HoldsResources() && !isGone(other))
            .Aggregate(NodeUsage.None, (sum, other) => sum.With(state.SpecOf(other), other.Grant, +1));
        var has = node.Description.Resources;
        return node.Status.State == NodeState.Ready && node.Spec.Availability == Availability.Active
            && (wanted.NanoCpus == 0 || used.NanoCpus + wanted.NanoCpus <= has.NanoCpus)
            && (wanted.MemoryBytes == 0 || used.MemoryBytes + wanted.MemoryBytes <= has.MemoryBytes)
            && (spec.Endpoint?.Ports ?? []).All(port => Enumerable.Range((int)port.Published, port.PublishedEnd == 0 ? 1 : 2)
                .Any(number => !used.Ports.ContainsKey(new HostPort(PortProtocol.Tcp, (uint)number))))
            && MayRun(state, task, node, isGone);
    }

    private static bool IsMet(StateSnapshot state, ServiceTask task, Node node, string affinity) => affinity switch
    {
        "service!=self" => TasksOn(state, node, other => other.ServiceId == task.ServiceId && other.Id != task.Id) == 0,
        "service!=self @ node.labels.zone" => state.Nodes.Values
            .Where(other => other.Spec.Labels["zone"] == node.Spec.Labels["zone"])
            .Sum(near => TasksOn(state, near, other => other.ServiceId == task.ServiceId && other.Id != task.Id)) == 0,
        _ => true, // a wish
    };

    private static int TasksOn(StateSnapshot state, Node node, Func<ServiceTask, bool> which) =>
        state.TasksOn(node.Id).Values.Count(task => task.Status.State.HoldsResources() && which(task));

    /// <summary>Fewer share it already than come on each when all are there; or all are there.</summary>
    private static bool HasRoomFor(StateSnapshot state, ServiceTask task, ServiceTask shared)
    {
        if (!state.Tasks.Values.Any(other => other.ServiceId == shared.ServiceId && state.IsUnplaced(other)))
            return true;
        var (sharers, others) = (state.Service(task.ServiceId)!.Spec.Mode.Replicas, state.Service(shared.ServiceId)!.Spec.Mode.Replicas);
        var most = Math.Max(1, (sharers + Math.Max(others, 1) - 1) / Math.Max(others, 1));
        return (ulong)state.Tasks.Values.Count(other => other.ServiceId == task.ServiceId && other.Revision == task.Revision && other.Id != task.Id
            && IsWanted(other) && other.Eviction is null && other.Status.State.HoldsResources()
            && other.Grant?.Shared.Any(each => each.TaskId == shared.Id) == true) < most;
    }

    private static bool IsWanted(ServiceTask task) => task.Desired <= TaskState.Running && task.Eviction is null or { Gentle: true };

    private static string[] AffinitiesOf(ServiceSpec spec) =>
        spec.Labels.TryGetValue(Affinities, out var text) ? JsonSerializer.Deserialize<string[]>(text)! : [];

    private void AddNode() => Plane.AddNode($"node{_names++:00}", node => node with
    {
        Spec = node.Spec with { Labels = NodeLabels(), Availability = (Availability)Math.Max(0, _random.Next(-4, 3)) },
        Description = node.Description with
        {
            Resources = new NodeResources { NanoCpus = _random.Next(1, 5) * ControlPlane.Core, MemoryBytes = _random.Next(1, 9) * 512 * ControlPlane.MiB },
        },
    });

    private ImmutableSortedDictionary<string, string> NodeLabels()
    {
        var labels = StringMap.Empty.Add("zone", Zones[_random.Next(3)]).Add("disk", _random.Next(2) == 0 ? "ssd" : "hdd");
        return _random.Next(4) == 0 ? labels.Add("swarmnet.slots", $"{_random.Next(5)}") : labels;
    }

    private ServiceId AddService()
    {
        var name = $"service{_names++:00}";
        return Plane.AddService(name, _random.Next(1, 9), spec => spec with
        {
            Labels = ServiceLabels(),
            Template = spec.Template with { Placement = NewPlacement(), Resources = NewResources() },
            Endpoint = _random.Next(5) > 0 ? null : new EndpointSpec
            {
                Ports = [NewPort()],
            },
        });
    }

    private ImmutableSortedDictionary<string, string> ServiceLabels()
    {
        string[] affinities =
        [
            "service!=self", "service!=self @ node.labels.zone", "service==~self", "service!=~self @ node.labels.zone",
            "service==~self @ node.labels.zone", "service==~/service0[0-5]/", "service!=~/service0[0-5]/ @ node.labels.zone",
        ];
        var labels = StringMap.Empty.Add("swarmnet.strategy", new[] { "spread", "spread", "binpack", "random" }[_random.Next(CanDraw ? 4 : 3)]);
        if (_random.Next(5) == 0)
            labels = labels.Add(Dependencies.NetworkFrom, $"service{_random.Next(_names + 2):00}");
        if (HasPriorities)
            labels = labels.Add("swarmnet.priority", $"{_random.Next(-2, 3)}").Add("swarmnet.preempt", _random.Next(2) == 0 ? "true" : "false");
        return _random.Next(3) > 0 ? labels : labels.Add(Affinities, JsonSerializer.Serialize(new[] { affinities[_random.Next(affinities.Length)] }));
    }

    private PortConfig NewPort()
    {
        var port = new PortConfig { Target = 80, Published = (uint)_random.Next(8080, 8082), Mode = PublishMode.Host };
        return _random.Next(2) == 0 ? port : port with { PublishedEnd = port.Published + 1 };
    }

    private Placement? NewPlacement() => _random.Next(3) == 0 ? null : new Placement
    {
        Constraints = new ImmutableArray<string>[] { [], [], ["node.labels.disk==ssd"], ["node.labels.zone!=x"], ["node.labels.zone==~x"] }[_random.Next(5)],
        Spread = _random.Next(3) == 0 ? ["node.labels.zone"] : [],
        MaxReplicasPerNode = (ulong)Math.Max(0, _random.Next(-6, 3)),
    };

    private ResourceRequirements? NewResources() => _random.Next(2) == 0 ? null : new ResourceRequirements
    {
        Reservations = new NodeResources { NanoCpus = _random.Next(3) * ControlPlane.Core / 2, MemoryBytes = _random.Next(5) * 256 * ControlPlane.MiB },
    };

    public void Disturb()
    {
        var nodes = Plane.State.Nodes.Keys.ToArray();
        switch (_random.Next(6))
        {
            case 0: AddNode(); break;
            case 1: Plane.SetNodeState(nodes[_random.Next(nodes.Length)], (NodeState)_random.Next(4)); break;
            case 2:
                Plane.ChangeNode(nodes[_random.Next(nodes.Length)], node => node with { Spec = node.Spec with { Labels = NodeLabels() } });
                break;
            case 3: Plane.RunAgents(0.5); break;
            case 4: Plane.Scale(new ServiceId(Plane.State.Services.Keys.ElementAt(_random.Next(Plane.State.Services.Count))), _random.Next(9)); break;
            default: Fail(); break;
        }
        AddService();
        Plane.Advance(TimeSpan.FromSeconds(_random.Next(100)));
    }

    private void Fail()
    {
        foreach (var task in Plane.State.Tasks.Values.Where(task => task.Status.State.HoldsResources() && _random.Next(3) == 0).ToArray())
            Plane.Report(task, TaskState.Failed, "exit 1");
    }

    public void Reconcile()
    {
        foreach (var key in Plane.State.ServicesWithHistory.ToArray())
        {
            var context = new ReconcileContext(Plane.State, Plane.Now, Plane.Ids);
            var changes = ServiceReconciler.Decide(context, new ServiceId(key)).Changes;
            if (!changes.IsEmpty)
                Plane.Apply([.. changes]);
        }
    }
}
