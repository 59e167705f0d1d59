using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Api;
using Orchestrator.Consensus.Log;
using Orchestrator.Consensus.Transport;
using Orchestrator.Dispatching;
using Orchestrator.Managers;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Hosting;

/// <summary>A manager: its role, and its door to the cluster.</summary>
internal sealed class ManagerSide : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(3);

    private readonly ClusterServer _server;
    private readonly HostServices _services;
    private ManagerRole? _role;

    private ManagerSide(ClusterServer server, string address, LiveIdentity identity, HostServices services)
    {
        (_server, Address, _services) = (server, address, services);
        Logs = new DispatchedLogs(
            () => Role.Dispatcher?.Logs, new LogRelay(identity, services.Time, () => Role.LeaderAddress));
    }

    public ManagerRole Role => _role ?? throw new InvariantException("a manager's role starts right after its door");

    public ITaskLogs Logs { get; }

    /// <summary>Where it listens for the cluster, with the real port.</summary>
    public IPEndPoint EndPoint => _server.EndPoint;

    /// <summary><c>ip:port</c> where others reach it.</summary>
    public string Address { get; }

    /// <summary>Where this host's own agent reaches it.</summary>
    public string LocalAddress
    {
        get
        {
            var any = EndPoint.Address.Equals(IPAddress.Any) || EndPoint.Address.Equals(IPAddress.IPv6Any);
            return new IPEndPoint(any ? IPAddress.Loopback : EndPoint.Address, EndPoint.Port).ToString();
        }
    }

    /// <summary>Listens, and then takes part in the managers' group.</summary>
    /// <exception cref="IOException">the address cannot be listened on</exception>
    /// <exception cref="LogException">the log cannot be used</exception>
    public static async Task<ManagerSide> OpenAsync(
        ManagerSetup setup, LiveIdentity identity, HostServices services)
    {
        // The door first: what it is reached under is part of the member. Until there is one, callers are told to wait.
        ManagerSide? side = null;
        var store = new StateStore();
        var logger = services.Logging.CreateLogger<ManagerSide>();
        var server = await ClusterServer.StartAsync(setup.Addresses.Listen, identity, services, routes =>
        {
            DispatchingEndpoints.Map(
                routes, store, () => side?._role?.Dispatcher, () => side?._role?.LeaderAddress ?? "");
            LeaderEndpoint.Map(
                routes, (term, ct) => side?._role?.NextLeaderAsync(term, ct) ?? Task.FromResult<LeaderNotice?>(null));
            GroupEndpoints.Map(routes, () => side?._role?.Admission);
            PeerEndpoint.Map(routes, () => side?._role?.Receiver, logger);
            PeerLinksEndpoint.Map(
                routes, () => side?._role?.Node.Status, peer => side?._role?.IsManager(peer) ?? false, services.Time);
        });
        side = new ManagerSide(
            server, setup.Addresses.AdvertisedFrom(server.EndPoint), identity, services);
        try
        {
            var member = new MemberSetup(new DataPaths(services.Options.DataDirectory).Log, side.Address)
            {
                IfNew = setup.IfNew, Managers = setup.Managers, Removed = setup.Removed,
            };
            side._role = ManagerRole.Start(store, member, identity, services);
            return side;
        }
        catch
        {
            await side.DisposeAsync();
            throw;
        }
    }

    /// <summary>So that whoever has made a cluster finds its first node ready; not for long.</summary>
    public async Task UntilReadyAsync(NodeId node, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(ReadyLimit, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await foreach (var change in Role.Store.WatchAsync(0, either.Token))
                if (change.Snapshot.Node(node) is { Status.State: Model.NodeState.Ready })
                    return;
        }
        catch (OperationCanceledException)
        {
            // It is a node all the same.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        if (_role is not null)
            await _role.DisposeAsync();
    }
}

/// <summary>How a manager is set up on this host.</summary>
internal sealed record ManagerSetup(AddressChoice Addresses)
{
    /// <summary>Who it is in the group when its log is empty; null: the first of a new group.</summary>
    public NewMember? IfNew { get; init; }

    /// <summary>Where other managers were last heard of, <c>ip:port</c>.</summary>
    public Func<IEnumerable<string>> Managers { get; init; } = static () => [];

    /// <summary>Told when this member was removed from the group.</summary>
    public Action Removed { get; init; } = static () => { };
}
