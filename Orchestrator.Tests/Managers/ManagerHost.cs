using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Consensus.Transport;
using Orchestrator.Dispatching;
using Orchestrator.Managers;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Tests.Managers;

/// <summary>A manager as a daemon puts it together, over several lives: real time, real disk, real TLS.</summary>
internal sealed class ManagerHost(NodeIdentity identity, string directory) : IAsyncDisposable
{
    private readonly LiveIdentity _identity = new(identity);
    private CancellationTokenSource _stop = new();
    private WebApplication? _app;
    private PeerTransport? _transport;
    private PeerReceiver? _receiver;
    private GroupAdmission? _admission;
    private Task _loops = Task.CompletedTask;

    public NodeId NodeId => identity.NodeId;

    public RaftNode Node { get; private set; } = null!;

    public MemberId Member => Node.Status.Self;

    public StateStore Store { get; private set; } = null!;

    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    public string Address => EndPoint.ToString();

    public ClusterConnector Connector => ClusterConnector.ForNode(_identity, TimeProvider.System);

    public GroupClient Client => new(Connector, TimeProvider.System) { Limit = TimeSpan.FromSeconds(60) };

    /// <summary>True when this host has learned that it was removed.</summary>
    public Task<bool> Removed { get; private set; } = Task.FromResult(false);

    /// <summary>The first of a group.</summary>
    public async Task FoundAsync()
    {
        await ListenAsync(port: 0);
        Open(ifNew: null, []);
        await Node.LeadAsync(_stop.Token);
    }

    /// <summary>Becomes a manager, or goes on as the one it was.</summary>
    /// <param name="managers">whom it asks</param>
    /// <param name="port">0: any</param>
    /// <param name="joins">false: its life ends before it asks to be taken in</param>
    public async Task StartAsync(ManagerHost[] managers, int port = 0, bool joins = true)
    {
        var known = managers.Select(manager => manager.Address).ToArray();
        await ListenAsync(port);
        var ifNew = await GroupStart.PrepareAsync(directory, Client, known, IdSource.Secure, default);
        var entry = Open(ifNew, joins ? known : []);
        if (ifNew is not null && joins)
            await entry.JoinAsync(default);
    }

    /// <summary>Only the door is open, and nobody is at home.</summary>
    public async Task ListenAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port,
            listen => ClusterPort.Listen(listen, _identity, TimeProvider.System, NullLogger.Instance)));
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        PeerEndpoint.Map(_app, () => _receiver, NullLogger.Instance);
        GroupEndpoints.Map(_app, () => _admission);
        await _app.StartAsync();
        EndPoint = new IPEndPoint(IPAddress.Loopback, new Uri(_app.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Removed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _loops;
        (_receiver, _admission) = (null, null);
        if (_transport is not null)
        {
            await Node.DisposeAsync();
            await _transport.DisposeAsync();
            _transport = null;
        }
        if (_app is not null)
        {
            await _app.StopAsync(_stop.Token);
            await _app.DisposeAsync();
            _app = null;
        }
        _stop.Dispose();
        _stop = new CancellationTokenSource();
    }

    public void Wipe() => Directory.Delete(directory, recursive: true);

    /// <summary>Decides on the newest row until nobody was faster.</summary>
    public async Task ChangeAsync(Func<StateSnapshot, Change> decide)
    {
        while (true)
        {
            await Node.ReadBarrierAsync(default);
            if ((await Node.ProposeAsync(Transaction.Of(decide(Store.Current)), default)).Accepted)
                return;
        }
    }

    public Task AddRowAsync(NodeId id, NodeRole role = NodeRole.Manager) => ChangeAsync(_ => Change.Create(new Node
    {
        Id = id, Meta = ObjectMeta.New(default), Spec = new NodeSpec { Role = role },
    }));

    public Task SetRoleAsync(NodeId id, NodeRole role) => ChangeAsync(state => Change.Update(state.Node(id)! with
    {
        Spec = state.Node(id)!.Spec with { Role = role },
    }));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        identity.Dispose();
    }

    private GroupEntry Open(NewMember? ifNew, string[] known)
    {
        Store = new StateStore();
        _transport = new PeerTransport(new PeerSurroundings(Connector, TimeProvider.System, NullLogger.Instance)
        {
            Address = Address, Options = new PeerOptions { Retry = new Backoff(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(200)) },
        });
        var options = new RaftNodeOptions { Directory = directory, Node = NodeId.Value };
        Node = RaftNode.Open(options, new NodeSurroundings(Store, NullLogger.Instance, TimeProvider.System)
        {
            Transport = _transport, IfNew = ifNew,
        });
        _receiver = new PeerReceiver(() => Node.Status, Node.ReceiveAsync, new PeerOptions())
        {
            Introduced = _transport.Introduce,
            IsManager = peer => ManagerStanding.Has(Node.Status, Store.Current, peer.NodeId),
        };
        _admission = new GroupAdmission(Node, Store, Connector, NullLogger.Instance);
        var entry = new GroupEntry(Node, Client, EndPoint, () => known, NullLogger.Instance);
        _loops = Task.WhenAll(Node.RunAsync(_stop.Token), DecideAsync(_stop.Token));
        Removed = entry.UntilRemovedAsync(_stop.Token);
        return entry;
    }

    private async Task DecideAsync(CancellationToken ct)
    {
        try
        {
            while (await Node.LeadAsync(ct) is { } leadership)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, leadership.Lost);
                try
                {
                    var proposer = new FencedProposer(Node, leadership);
                    await new ManagerKeeper(Node, Store, proposer, NullLogger.Instance).RunAsync(either.Token);
                }
                catch (OperationCanceledException) when (leadership.Lost.IsCancellationRequested)
                {
                    // The next one may come.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end of this life.
        }
    }
}
