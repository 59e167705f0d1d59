using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>
/// A large cluster's state that stays as it is: services that were scaled to nothing while all of their hosts were lost,
/// so each task is to be removed, and waits for its node to come back or to be given up after a day.
/// </summary>
internal static class RaftGroupContent
{
    public const int Services = 10_000;
    public const int TasksOfEach = 10;
    private const int Nodes = 100;
    private const int ServicesAtOnce = 50;

    /// <summary>In large transactions.</summary>
    public static IEnumerable<Change[]> Transactions()
    {
        var now = TimeProvider.System.GetUtcNow();
        Node[] nodes = [.. Enumerable.Range(0, Nodes).Select(at => NodeOf(at, now))];
        var services = Enumerable.Range(0, Services).Chunk(ServicesAtOnce)
            .Select(some => some.SelectMany(at => ServiceWithTasks(at, nodes, now)).ToArray());
        return services.Prepend([.. nodes.Select(Change.Create)]);
    }

    private static IEnumerable<Change> ServiceWithTasks(int at, Node[] nodes, DateTimeOffset now)
    {
        var id = new ServiceId(IdSource.Secure.Next());
        var spec = SpecOf(at);
        yield return Change.Create(new Service { Id = id, Meta = ObjectMeta.New(now), Spec = spec });
        yield return Change.Create(
            new ServiceRevision { ServiceId = id, Meta = ObjectMeta.New(now), Number = 1, Spec = spec });
        for (var slot = 1; slot <= TasksOfEach; slot++)
            yield return Change.Create(TaskOf(id, slot, nodes[((at * TasksOfEach) + slot) % nodes.Length].Id, now));
    }

    private static Node NodeOf(int at, DateTimeOffset now) => new()
    {
        Id = new NodeId(IdSource.Secure.Next()),
        Meta = ObjectMeta.New(now),
        Description = new NodeDescription
        {
            Hostname = $"host{at}", Runtime = "docker", EngineVersion = "20.10.24",
            Resources = new NodeResources { NanoCpus = 64_000_000_000, MemoryBytes = 256L << 30 },
        },
        Status = new NodeStatus { State = NodeState.Down, Message = "heartbeat failure", Since = now },
    };

    private static ServiceSpec SpecOf(int at) => new()
    {
        Name = $"service-{at}",
        Labels = StringMap.Empty.Add("com.example.team", $"team{at % 100}"),
        Template = new TaskTemplate
        {
            Container = new ContainerSpec
            {
                Image = "registry.example.com/team/application:1.2.3", Args = ["serve", "--port", "8080"],
                Env = ["LOG_LEVEL=info", $"SHARD={at}"],
            },
        },
        Mode = new ServiceMode { Replicas = 0 },
    };

    private static ServiceTask TaskOf(ServiceId service, int slot, NodeId node, DateTimeOffset now) => new()
    {
        Id = new TaskId(IdSource.Secure.Next()),
        Meta = ObjectMeta.New(now),
        ServiceId = service,
        Slot = slot,
        Revision = 1,
        NodeId = node,
        Desired = TaskState.Remove,
        Status = new TaskStatus
        {
            State = TaskState.Running,
            Timestamp = now,
            Message = "started",
            Container = new ContainerStatus
            {
                ContainerId = string.Concat(Enumerable.Range(0, 3).Select(_ => IdSource.Secure.Next()))[..64], Pid = slot,
            },
        },
    };
}
