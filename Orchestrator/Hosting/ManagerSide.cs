using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Api;
using Orchestrator.Dispatching;
using Orchestrator.Model;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>A manager: its role, and its door to the cluster.</summary>
internal sealed class ManagerSide : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(3);

    private readonly Dispatcher _dispatcher;
    private readonly ManagerRole _role;
    private readonly ClusterServer _server;

    private ManagerSide(ManagerRole role, Dispatcher dispatcher, ClusterServer server)
    {
        _role = role;
        _dispatcher = dispatcher;
        _server = server;
        Logs = new DispatchedLogs(dispatcher.Logs);
    }

    public ManagerRole Role => _role;

    public ITaskLogs Logs { get; }

    /// <summary>Where it listens for the cluster, with the real port.</summary>
    public IPEndPoint EndPoint => _server.EndPoint;

    /// <summary>Where this host's own agent reaches it.</summary>
    public string LocalAddress
    {
        get
        {
            var any = EndPoint.Address.Equals(IPAddress.Any) || EndPoint.Address.Equals(IPAddress.IPv6Any);
            return new IPEndPoint(any ? IPAddress.Loopback : EndPoint.Address, EndPoint.Port).ToString();
        }
    }

    /// <summary>Opens the log and listens; nothing is decided before <see cref="Lead"/>.</summary>
    /// <exception cref="IOException">the address cannot be listened on</exception>
    /// <exception cref="Consensus.Log.LogException">the log cannot be used</exception>
    public static async Task<ManagerSide> OpenAsync(IPEndPoint listen, LiveIdentity identity, HostServices services)
    {
        var paths = new DataPaths(services.Options.DataDirectory);
        var role = await ManagerRole.OpenAsync(paths.Log, identity.Current.NodeId, services);
        try
        {
            var environment = new DispatchingEnvironment(role.Store, role.Proposer, services.Time, services.Ids);
            var dispatcher = new Dispatcher(environment, services.Logging.CreateLogger<Dispatcher>());
            var server = await ClusterServer.StartAsync(
                listen, identity, services, routes => DispatchingEndpoints.Map(routes, role.Store, () => dispatcher));
            return new ManagerSide(role, dispatcher, server);
        }
        catch
        {
            await role.DisposeAsync();
            throw;
        }
    }

    public void Lead() => _role.Lead([new HostedLoop("dispatcher", _dispatcher.RunAsync)]);

    /// <summary>So that whoever has made a cluster finds its first node ready; not for long.</summary>
    public async Task UntilReadyAsync(NodeId node, TimeProvider time, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(ReadyLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await foreach (var change in _role.Store.WatchAsync(0, either.Token))
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
        await _role.DisposeAsync();
    }
}
