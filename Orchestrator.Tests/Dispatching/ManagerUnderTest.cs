using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Dispatching;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Store;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Dispatching;

/// <summary>A manager on a real port with real TLS, and a store without a log.</summary>
internal sealed class ManagerUnderTest : IAsyncDisposable
{
    private CancellationTokenSource stop = new();
    private readonly NodeIdentity identity;
    private readonly WebApplication app;
    private Task running = Task.CompletedTask;

    private ManagerUnderTest(TimeSpan heartbeatPeriod)
    {
        Proposer = new DirectProposer(Store);
        Pki = new TestPki(Now.AddDays(-1));
        identity = Pki.Manager(Now);
        Proposer.Apply(Change.Create(NewCluster(heartbeatPeriod)));
        app = BuildApp();
        Dispatcher = Lead();
    }

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public StateStore Store { get; } = new();

    public StateSnapshot State => Store.Current;

    public DirectProposer Proposer { get; }

    public TestPki Pki { get; }

    /// <summary>Of the newest leadership.</summary>
    public Dispatcher Dispatcher { get; private set; }

    /// <summary>What the endpoints are told of another manager that leads.</summary>
    public string LeaderAddress { get; set; } = "";

    /// <summary>What the agents are told of all managers.</summary>
    public ImmutableArray<string> ManagerAddresses { get; set; } = [];

    /// <summary>Nodes that are of the managers' group.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<NodeId, bool> Members { get; } = new();

    /// <summary>Of the present leadership.</summary>
    public ulong Term { get; private set; }

    /// <summary>What this manager knows of leaders of later terms.</summary>
    public Func<ulong, CancellationToken, Task<LeaderNotice?>> NextLeader { get; set; } =
        static (_, _) => Task.FromResult<LeaderNotice?>(null);

    /// <summary>What the endpoints are told; null = this manager does not lead.</summary>
    public Dispatcher? Leading { get; set; }

    public Cluster Cluster => State.Cluster!;

    public Uri Address => new(app.Services.GetRequiredService<IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<ManagerUnderTest> StartAsync(TimeSpan? heartbeatPeriod = null)
    {
        var manager = new ManagerUnderTest(heartbeatPeriod ?? TimeSpan.FromMinutes(1));
        await manager.app.StartAsync();
        return manager;
    }

    /// <summary>A node that has joined, with its certificate.</summary>
    public NodeIdentity AddNode(Func<Node, Node>? change = null)
    {
        var node = Pki.Worker(Now);
        var row = new Node { Id = node.NodeId, Meta = ObjectMeta.New(Now), Status = new NodeStatus { Since = Now } };
        Proposer.Apply(Change.Create(change?.Invoke(row) ?? row));
        return node;
    }

    public ServiceId AddService(string name = "web")
    {
        var spec = new ServiceSpec
        {
            Name = name, Template = new TaskTemplate { Container = new ContainerSpec { Image = "app:1" } },
        };
        var service = new Service { Id = new ServiceId(IdSource.Secure.Next()), Spec = spec, RegistryAuth = "auth" };
        Proposer.Apply(
            Change.Create(service),
            Change.Create(new ServiceRevision { ServiceId = service.Id, Number = 1, Spec = spec }));
        return service.Id;
    }

    public ServiceTask AddTask(ServiceId service, NodeId node, TaskState state = TaskState.Assigned)
    {
        var task = new ServiceTask
        {
            Id = new TaskId(IdSource.Secure.Next()), ServiceId = service, Slot = 1, Revision = 1, NodeId = node,
            Status = new TaskStatus { State = state, Timestamp = Now.AddMinutes(-1) },
        };
        Proposer.Apply(Change.Create(task));
        return State.Task(task.Id)!;
    }

    public void Update(IStoreObject changed) => Proposer.Apply(Change.Update(changed));

    /// <summary>Waits until the state is as said.</summary>
    public async Task<StateSnapshot> UntilAsync(Func<StateSnapshot, bool> isSo, CancellationToken ct)
    {
        await foreach (var change in Store.WatchAsync(0, ct))
            if (isSo(change.Snapshot))
                return change.Snapshot;
        throw new AssertionException("the store is not watched to its end");
    }

    public HttpClient ClientOf(NodeIdentity? node)
    {
        var connector = node is null
            ? ClusterConnector.ForJoining(Pki.CaCertificate, TimeProvider.System)
            : ClusterConnector.ForNode(new LiveIdentity(node), TimeProvider.System);
        return new HttpClient(connector.CreateHandler())
        {
            BaseAddress = Address,
            DefaultRequestVersion = new Version(2, 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public async Task StopLeadingAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The next leadership: everything that decides is made anew.</summary>
    public void LeadAgain()
    {
        stop.Dispose();
        stop = new CancellationTokenSource();
        Dispatcher = Lead();
    }

    public async ValueTask DisposeAsync()
    {
        await StopLeadingAsync();
        await app.DisposeAsync();
        identity.Dispose();
        Pki.Dispose();
        stop.Dispose();
    }

    private Dispatcher Lead()
    {
        Term++;
        var environment = new DispatchingEnvironment(Store, Proposer, TimeProvider.System, IdSource.Secure)
        {
            ManagerAddresses = () => ManagerAddresses,
            Incarnation = 7,
            Term = Term,
            IsMember = Members.ContainsKey,
        };
        var dispatcher = new Dispatcher(environment, NullLogger.Instance);
        running = dispatcher.RunAsync(stop.Token);
        Leading = dispatcher;
        return dispatcher;
    }

    private Cluster NewCluster(TimeSpan heartbeatPeriod) => new()
    {
        Id = Pki.ClusterId,
        Spec = new ClusterSpec { HeartbeatPeriod = heartbeatPeriod },
        CaCertificate = Pki.Ca.CertificatePem,
        CaKey = Pki.Ca.KeyPem,
        WorkerToken = JoinToken.Create(Pki.CaCertificate, IdSource.Secure).Reveal(),
        ManagerToken = JoinToken.Create(Pki.CaCertificate, IdSource.Secure).Reveal(),
    };

    private WebApplication BuildApp()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(
            options => options.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback,
            0,
            listen => ClusterPort.Listen(listen, new LiveIdentity(identity), TimeProvider.System, NullLogger.Instance)));
        var built = builder.Build();
        DispatchingEndpoints.Map(built, Store, () => Leading, () => LeaderAddress);
        LeaderEndpoint.Map(built, (term, ct) => NextLeader(term, ct));
        return built;
    }
}
