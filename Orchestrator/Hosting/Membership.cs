using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Agents;
using Orchestrator.Api;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>What makes this host a node.</summary>
/// <param name="Manager">running already; null for a worker</param>
internal sealed record NodeParts(NodeState State, LiveIdentity Identity, ManagerSide? Manager);

/// <summary>What a node tells its host.</summary>
/// <param name="Removed">the managers took the node out of the cluster</param>
/// <param name="SaveIdentity">there is another certificate: keep it</param>
/// <param name="IdentityChanged">it is in use now</param>
internal sealed record NodeEvents(Action Removed, Action<NodeIdentity> SaveIdentity, Action IdentityChanged);

/// <summary>All that runs while this host is a node of a cluster. Stopping it stops no task.</summary>
internal sealed class Membership : IAsyncDisposable
{
    private readonly LiveIdentity _identity;
    private readonly LoopGroup _loops;
    private readonly IContainerRuntime _runtime;
    private readonly Agent _agent;
    private volatile NodeState _state;
    private volatile ManagerSide? _manager;

    private Membership(NodeParts parts, HostServices services, IContainerRuntime runtime, Agent agent)
    {
        (_state, _identity, _manager) = (parts.State, parts.Identity, parts.Manager);
        _runtime = runtime;
        _agent = agent;
        _loops = new LoopGroup(services, services.Logging.CreateLogger<Membership>());
    }

    public NodeState State => _state;

    public LiveIdentity Identity => _identity;

    /// <summary>Null while this node is a worker.</summary>
    public ManagerSide? Manager => _manager;

    /// <summary><c>ip:port</c> of the managers that are known here.</summary>
    public ImmutableArray<string> KnownManagers => _agent.Managers;

    /// <summary>What to do about this node's part in the managers' group.</summary>
    public RoleStep NextRoleStep() => new RoleDecision(
        Identity.Current.Role, _agent.WantedRole, Manager is not null, Manager is { Role.WasRemoved: true }).Next();

    /// <summary>As the runtime last described itself.</summary>
    public NodeDescription Description => _agent.Description;

    public LocalNodeStatus Status => new()
    {
        Role = Manager is null ? LocalNodeRole.Worker : LocalNodeRole.Manager,
        NodeId = new NodeId(State.NodeId),
        Address = AddressOf(State.AdvertiseAddress),
        Managers = Manager is null
            ? [.. KnownManagers.Select(address => new RemoteManager(null, address))]
            : [new RemoteManager(new NodeId(State.NodeId), State.AdvertiseAddress)],
    };

    public static Membership Start(NodeParts parts, HostServices services, NodeEvents events)
    {
        var runtime = RuntimeFactory.Create(parts.State.Runtime, new ClusterId(parts.State.ClusterId), services);
        var options = new AgentOptions
        {
            DataDirectory = DataPaths.Create(new DataPaths(services.Options.DataDirectory).Agent),
            Hostname = services.Options.Hostname,
            EngineLabels = services.Options.EngineLabels,
            Reserved = services.Options.Reserve,
            GenericResources = services.Options.GenericResources,
            DaemonVersion = HostDescription.Version,
            Managers = parts.Manager is { } manager ? [manager.LocalAddress] : [.. parts.State.Managers],
            HeardManagers = [.. parts.Manager?.Role.Others ?? [], .. parts.State.Managers],
            NodeRemoved = events.Removed,
            SaveIdentity = events.SaveIdentity,
            IdentityChanged = events.IdentityChanged,
        };
        var agent =
            new Agent(new AgentContext(options, runtime, parts.Identity, services.Time) { Loggers = services.Logging });
        var membership = new Membership(parts, services, runtime, agent);
        membership._loops.Start("agent", agent.RunAsync);
        return membership;
    }

    /// <summary>Stops this node's tasks for good, because it leaves.</summary>
    /// <exception cref="RuntimeException">the runtime does not answer</exception>
    public Task StopTasksAsync(CancellationToken ct) => _agent.StopAllTasksAsync(ct);

    /// <summary>The node stays after all, and its tasks come back.</summary>
    public void ResumeSessions() => _agent.ResumeSessions();

    /// <summary>The node is a manager from now on, or a worker again; the agent goes on.</summary>
    /// <param name="manager">belongs to the membership now; the one before is the caller's again</param>
    public void Become(NodeState state, ManagerSide? manager) => (_state, _manager) = (state, manager);

    public async ValueTask DisposeAsync()
    {
        await _loops.DisposeAsync();
        _agent.Dispose();
        await _runtime.DisposeAsync();
        if (Manager is { } manager)
            await manager.DisposeAsync();
    }

    private static string AddressOf(string endPoint) =>
        IPEndPoint.TryParse(endPoint, out var parsed) ? parsed.Address.ToString() : "";
}
