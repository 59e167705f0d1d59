using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Primitives;
using Orchestrator.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Tests.Builders;

/// <summary>The store with the pure deciders around it, driven by hand: no clock, no thread, no disk.</summary>
internal sealed class ControlPlane(int seed = 1)
{
    public const long Core = 1_000_000_000;
    public const long MiB = 1 << 20;

    private readonly Random random = new(seed);
    private ulong index;

    public StateStore Store { get; } = new();

    public StateSnapshot State => Store.Current;

    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Every command that was proposed, refused ones too, as the log would hold them.</summary>
    public List<byte[]> Log { get; } = [];

    public Random Random => random;

    public IdSource Ids => new(random.NextBytes);

    /// <summary>How far the clocks of the nodes are ahead.</summary>
    public TimeSpan ClockErrorOfNodes { get; set; }

    public void Advance(TimeSpan by) => Now += by;

    public Applied Propose(Transaction transaction)
    {
        var bytes = MessagePackSerializer.Serialize(transaction);
        Log.Add(bytes);
        return Store.Apply(++index, bytes);
    }

    public void Apply(params ReadOnlySpan<Change> changes)
    {
        var applied = Propose(Transaction.Of(changes));
        Assert.That(applied.Refusal, Is.Null);
    }

    public Node AddNode(string name, Func<Node, Node>? change = null)
    {
        var node = new Node
        {
            Id = new NodeId(name),
            Meta = ObjectMeta.New(Now),
            Description = new NodeDescription
            {
                Hostname = name,
                Platform = new Platform { Os = "linux", Architecture = "x86_64" },
                Resources = new NodeResources { NanoCpus = 4 * Core, MemoryBytes = 4096 * MiB },
            },
            Status = new NodeStatus { State = NodeState.Ready, Since = Now },
        };
        Apply(Change.Create(change?.Invoke(node) ?? node));
        return State.Node(node.Id)!;
    }

    public void ChangeNode(string name, Func<Node, Node> change) =>
        Apply(Change.Update(change(State.Node(new NodeId(name))!)));

    public void SetNodeState(string name, NodeState state) =>
        ChangeNode(name, node => node with { Status = node.Status with { State = state, Since = Now } });

    public ServiceId AddService(string name, int replicas, Func<ServiceSpec, ServiceSpec>? change = null)
    {
        var spec = new ServiceSpec
        {
            Name = name,
            Template = new TaskTemplate { Container = new ContainerSpec { Image = "app:1" } },
            Mode = new ServiceMode { Replicas = (ulong)replicas },
        };
        spec = change?.Invoke(spec) ?? spec;
        var service = new Service { Id = new ServiceId($"id-{name}"), Meta = ObjectMeta.New(Now), Spec = spec };
        Apply(Change.Create(service), Change.Create(new ServiceRevision { ServiceId = service.Id, Number = 1, Spec = spec }));
        return service.Id;
    }

    /// <summary>What the API does for an update: a new revision, also of the template if that is said.</summary>
    public void UpdateService(ServiceId id, Func<ServiceSpec, ServiceSpec> change, bool template)
    {
        var old = State.Service(id)!;
        var spec = change(old.Spec);
        var number = old.Revision + 1;
        Apply(
            Change.Update(old with
            {
                Spec = spec, Revision = number, TemplateRevision = template ? number : old.TemplateRevision,
                PreviousRevision = old.Revision,
            }),
            Change.Create(new ServiceRevision { ServiceId = id, Number = number, Spec = spec }));
    }

    public void Scale(ServiceId id, int replicas) =>
        UpdateService(id, spec => spec with { Mode = spec.Mode with { Replicas = (ulong)replicas } }, template: false);

    /// <summary>An agent's word about a task, if it goes beyond what is known.</summary>
    public void Report(ServiceTask task, TaskState state, string error = "")
    {
        var stored = State.Task(task.Id)!;
        if (state > stored.Status.State)
            Apply(Change.Update(stored with
            {
                Meta = stored.Meta.Touched(Now),
                Status = new TaskStatus { State = state, Timestamp = Now + ClockErrorOfNodes, Error = error },
            }));
    }

    /// <summary>Decides and applies until nothing is left to decide at this moment. Returns when to look again.</summary>
    public DateTimeOffset? Settle()
    {
        for (var round = 0; round < 200; round++)
        {
            var context = new ReconcileContext(State, Now, Ids);
            DateTimeOffset? wakeAt = null;
            var decided = false;
            foreach (var key in State.ServicesWithHistory)
            {
                var decision = ServiceReconciler.Decide(context with { State = State }, new ServiceId(key));
                decided |= Made(decision.Changes.IsEmpty ? null : new Transaction { Changes = decision.Changes });
                if (decision.WakeAt is { } at && (wakeAt is null || at < wakeAt))
                    wakeAt = at;
            }
            foreach (var part in State.Nodes.Keys.ToArray().SelectMany(
                node => new NodeController().Decide(context with { State = State }, node).Parts))
                decided |= Made(part);
            foreach (var part in State.Sharers.Keys.ToArray().SelectMany(
                task => new DependencyController().Decide(context with { State = State }, task).Parts))
                decided |= Made(part);
            foreach (var part in new SchedulingController().Decide(context with { State = State }, "pending").Parts)
                decided |= Made(part);
            if (!decided)
                return wakeAt;
        }
        throw new AssertionException("the deciders never come to rest");
    }

    /// <summary>Every wanted task goes where its desired state lets it; those told to stop end.</summary>
    /// <param name="share">of the reports that get through</param>
    public void RunAgents(double share = 1)
    {
        foreach (var task in State.Tasks.Values.Where(task => task.NodeId is not null && !task.Status.State.IsTerminal()))
            if ((share >= 1 || random.NextDouble() < share) && State.Node(task.NodeId!.Value)?.Status.State == NodeState.Ready)
                Report(task, task.Desired >= TaskState.Shutdown ? TaskState.Shutdown : task.Desired);
    }

    /// <summary>Settles and runs the agents in turn until both are at rest.</summary>
    public void Converge()
    {
        for (var round = 0; round < 200; round++)
        {
            var before = State.Index;
            Settle();
            RunAgents();
            if (State.Index == before)
                return;
        }
        throw new AssertionException("the deciders and the agents never come to rest");
    }

    public ServiceTask[] Wanted(ServiceId id) =>
        [.. State.TasksOf(id).Values.Where(task => task.Desired <= TaskState.Running).OrderBy(task => task.Slot)];

    public ServiceTask[] Running(ServiceId id) =>
        [.. Wanted(id).Where(task => task.Status.State == TaskState.Running)];

    private bool Made(Transaction? part)
    {
        if (part is null)
            return false;
        Assert.That(Propose(part).Refusal, Is.Null, "a decision made on the newest state holds");
        return true;
    }
}
