using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Api;
using Orchestrator.Consensus;
using Orchestrator.Hosting;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Consensus;
using Orchestrator.Tests.Integration;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>
/// A cluster whose first manager runs in this process, made of what the daemon is made of, and leads; the other managers
/// are daemons. So commands can be proposed without an API in between, and the rest of their way is the product's.
/// </summary>
internal sealed class RaftGroupHost : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<DaemonProcess> _daemons = [];
    private readonly LocalNode _node;

    private RaftGroupHost()
    {
        var options = new DaemonOptions
        {
            DataDirectory = DataPaths.Create(_directory.Child("data")), Hostname = "bench", Runtime = RuntimeChoice.Process,
            Listen = new IPEndPoint(IPAddress.Loopback, 0), Advertise = "127.0.0.1",
        };
        _node = new LocalNode(new HostServices(options, TimeProvider.System, NullLoggerFactory.Instance));
    }

    public RaftNode Node => (RaftNode)_node.Api.Manager!.Proposer;

    public StateStore Store => _node.Api.Manager!.Store;

    public IReadOnlyList<DaemonProcess> Daemons => _daemons;

    /// <summary>On a machine that is too busy another one may have taken over.</summary>
    public bool Leads => Node.Status is var status && status.Leader == status.Self;

    /// <summary>Of the manager here.</summary>
    public NodeId Self => _node.Status.NodeId!.Value;

    /// <summary>Where the manager here listens for the cluster, <c>ip:port</c>.</summary>
    public string Address => Store.Current.Node(Self)!.ManagerAddress;

    private int Voters => Node.Status.Membership.Members.Count(member => member.Votes);

    /// <summary>A directory on the disk that is measured.</summary>
    public string Scratch => _directory.Path;

    /// <param name="daemons">managers besides the one here</param>
    public static async Task<RaftGroupHost> StartAsync(int daemons)
    {
        var host = new RaftGroupHost();
        try
        {
            await host._node.InitAsync(new InitCommand(), CancellationToken.None);
            for (var i = 0; i < daemons; i++)
                await host.AddDaemonAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the daemon has a vote.</summary>
    public async Task<DaemonProcess> AddDaemonAsync()
    {
        var daemon = await StartDaemonAsync();
        await JoinAsync(daemon);
        return daemon;
    }

    /// <summary>A daemon that is no manager yet.</summary>
    public async Task<DaemonProcess> StartDaemonAsync()
    {
        _daemons.Add(await DaemonProcess.StartAsync(new DaemonSetup { Hostname = $"m{_daemons.Count + 1}" }));
        return _daemons[^1];
    }

    /// <summary>Completes when that daemon has a vote: the leader gives it when little of the log is missing there.</summary>
    public async Task JoinAsync(DaemonProcess daemon)
    {
        var voters = Voters;
        var token = Store.Current.Cluster!.ManagerToken;
        (await daemon.SwarmnetAsync("join", "--token", token, Address)).Succeeded();
        await Eventually.True("a vote for the new manager", () => Voters > voters);
    }

    /// <summary>This process is no manager any more; one of the daemons leads.</summary>
    public Task LeaveAsync() => _node.LeaveAsync(force: true, CancellationToken.None);

    /// <summary>A certificate by the cluster's CA.</summary>
    public NodeIdentity Issue(NodeId node, NodeRole role)
    {
        var cluster = Store.Current.Cluster!;
        using var ca = CertificateAuthority.FromPem(cluster.CaCertificate, cluster.CaKey);
        using var key = new KeyAndRequest();
        var peer = new PeerIdentity(node, role, cluster.Id);
        return key.Complete(
            ca.Issue(peer, key.RequestPem, TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(1)), ca.CertificatePem);
    }

    public async Task ProposeAsync(params Change[] changes)
    {
        var applied = await Node.ProposeAsync(Transaction.Of(changes), CancellationToken.None);
        if (applied.Refusal is { } refusal)
            throw new AssertionException($"refused: {refusal}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons)
            await daemon.DisposeAsync();
        await _node.DisposeAsync();
        _directory.Dispose();
    }
}
