using System.Diagnostics;
using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>Nodes, and services with a waiting task each.</summary>
internal sealed class SchedulerContent
{
    private const int Part = 5000;

    public static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const int Zones = 3;
    private readonly StateStore _store = new();
    private readonly SchedulingController _scheduler = new();
    private readonly Random _random = new(1);
    private ulong _index;
    private int _placed;

    public SchedulerContent(int nodes, int tasks, Func<ServiceSpec, int, ServiceSpec> shape)
    {
        Create(Enumerable.Range(0, nodes).Select(NewNode));
        Create(Enumerable.Range(0, tasks).SelectMany(number => NewService(number, shape, 1)));
        _placed = -tasks;
    }

    public void AddService(int number, Func<ServiceSpec, int, ServiceSpec> shape, int replicas = 1)
    {
        Create(NewService(1_000_000 + number, shape, replicas));
        _placed -= replicas;
    }

    public void AddTask(int service, int slot)
    {
        Create([NewTask(ServiceIdOf(1_000_000 + service), slot)]);
        _placed--;
    }

    /// <summary>The time of the decision and of applying it.</summary>
    public TimeSpan PlaceAll()
    {
        var start = Stopwatch.GetTimestamp();
        var context = new ReconcileContext(_store.Current, Now, new IdSource(_random.NextBytes));
        foreach (var part in _scheduler.Decide(context, "pending").Parts)
        {
            Assert.That(_store.Apply(++_index, part).Refusal, Is.Null);
            _placed += part.Changes.Count(change => change.Value is ServiceTask { NodeId: not null });
        }
        var time = Stopwatch.GetElapsedTime(start);
        Assert.That(_placed, Is.Zero, "all fit");
        Assert.That(_store.Current.HasUnplacedTasks, Is.False);
        return time;
    }

    private void Create(IEnumerable<IStoreObject> objects)
    {
        foreach (var part in objects.Chunk(Part))
            Assert.That(_store.Apply(++_index, new Transaction { Changes = [.. part.Select(Change.Create)] }).Refusal, Is.Null);
    }

    private Node NewNode(int number) => new()
    {
        Id = new NodeId(NewId()),
        Meta = ObjectMeta.New(Now),
        Spec = new NodeSpec
        {
            Labels = StringMap.Empty.Add("zone", $"z{number % Zones}").Add("disk", number % 2 == 0 ? "ssd" : "hdd"),
        },
        Description = new NodeDescription
        {
            Hostname = $"node-{number}",
            Platform = new Platform { Os = "linux", Architecture = "x86_64" },
            Resources = new NodeResources { NanoCpus = 64_000_000_000, MemoryBytes = 256L << 30 },
        },
        Status = new NodeStatus { State = NodeState.Ready, Since = Now },
    };

    private IEnumerable<IStoreObject> NewService(int number, Func<ServiceSpec, int, ServiceSpec> shape, int replicas)
    {
        var spec = shape(new ServiceSpec
        {
            Name = $"service-{number}",
            Template = new TaskTemplate { Container = new ContainerSpec { Image = "app:1" } },
        }, number);
        var id = ServiceIdOf(number);
        return
        [
            new Service { Id = id, Meta = ObjectMeta.New(Now), Spec = spec },
            new ServiceRevision { ServiceId = id, Number = 1, Spec = spec },
            .. Enumerable.Range(1, replicas).Select(slot => NewTask(id, slot, Now.AddTicks(number))),
        ];
    }

    private ServiceTask NewTask(ServiceId service, int slot, DateTimeOffset? created = null) => new()
    {
        Id = new TaskId(NewId()), Meta = ObjectMeta.New(created ?? Now), ServiceId = service, Slot = slot, Revision = 1,
        Status = new Orchestrator.Model.TaskStatus { State = TaskState.Pending, Timestamp = Now },
    };

    /// <summary>Spread over the alphabet as real ones are.</summary>
    private static ServiceId ServiceIdOf(int number) =>
        new(string.Concat(Enumerable.Range(0, 25).Select(at => (char)('a' + (StableHash.Of($"{number} {at}") % 26)))));

    private string NewId() => new IdSource(_random.NextBytes).Next();
}
