using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Api;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Log;
using Orchestrator.Consensus.Transport;
using Orchestrator.Dispatching;
using Orchestrator.Managers;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Hosting;

/// <summary>The replicated state and this host's member of the managers' group; what it does while it leads.</summary>
internal sealed partial class ManagerRole : IAsyncDisposable
{
    private readonly HostServices _services;
    private readonly ILogger _logger;
    private readonly PeerTransport _transport;

    // What decides stops before the log that it proposes to.
    private readonly LoopGroup _logLoops;
    private readonly LoopGroup _leading;
    private readonly GroupEntry _entry;
    private readonly Action _removed;
    private volatile LeaderWork? _work;

    private ManagerRole(StateStore store, MemberSetup setup, LiveIdentity identity, HostServices services)
    {
        Store = store;
        _removed = setup.Removed;
        _services = services;
        _logger = services.Logging.CreateLogger<ManagerRole>();
        _logLoops = new LoopGroup(services, _logger);
        _leading = new LoopGroup(services, _logger);
        var connector = ClusterConnector.ForNode(identity, services.Time);
        _transport = new PeerTransport(
            new PeerSurroundings(connector, services.Time, services.Logging.CreateLogger<PeerTransport>())
            {
                Address = setup.Address,
            });
        var options = services.Options.RaftOf(setup.Directory, identity.Current.NodeId, setup.Address);
        Node = RaftNode.Open(
            options,
            new NodeSurroundings(store, services.Logging.CreateLogger<RaftNode>(), services.Time)
            {
                Transport = _transport, Ids = services.Ids, IfNew = setup.IfNew,
            });
        Group = new RaftGroup(Node, store);
        Admission = new GroupAdmission(Node, store, connector, services.Logging.CreateLogger<GroupAdmission>());
        _entry = new GroupEntry(
            Node, new GroupClient(connector, services.Time), IPEndPoint.Parse(setup.Address), setup.Managers,
            services.Logging.CreateLogger<GroupEntry>());
        Receiver = new PeerReceiver(() => Node.Status, Node.ReceiveAsync, new PeerOptions())
        {
            Introduced = _transport.Introduce, IsManager = IsManager,
        };
    }

    public StateStore Store { get; }

    public RaftNode Node { get; }

    public IManagerGroup Group { get; }

    /// <summary>Takes what other managers send.</summary>
    public PeerReceiver Receiver { get; }

    /// <summary>Takes other managers into the group.</summary>
    public GroupAdmission Admission { get; }

    /// <summary>This member was removed from the group: for ever, so its log may go.</summary>
    public bool WasRemoved { get; private set; }

    /// <summary>There is no other manager.</summary>
    public bool IsAlone =>
        Node.Status is var status && status.Membership.Members is [var only] && only.Id == status.Self;

    /// <summary>Null while another manager leads, or none.</summary>
    public Dispatcher? Dispatcher => _work?.Dispatcher;

    /// <summary><c>ip:port</c> of another manager that leads; empty while none is known.</summary>
    public string LeaderAddress =>
        Node.Status is var status && status.Leader != status.Self ? status.LeaderMember?.Address ?? "" : "";

    /// <summary><c>ip:port</c> of the other managers, as this one's log has them.</summary>
    public IEnumerable<string> Others
    {
        get
        {
            var status = Node.Status;
            return status.Membership.Members.Where(member => member.Id != status.Self).Select(member => member.Address);
        }
    }

    /// <summary>Opens the log and takes part in the group; decides whenever this manager leads.</summary>
    /// <exception cref="LogException">the log cannot be used</exception>
    public static ManagerRole Start(
        StateStore store, MemberSetup setup, LiveIdentity identity, HostServices services)
    {
        var role = new ManagerRole(store, setup, identity, services);
        role._logLoops.Start("log", role.Node.RunAsync);
        role._leading.Start("leadership", role.LeadAsync);
        role._leading.Start("entry", role.KeepEnteredAsync);
        role._leading.Start("keys", new KeyRotation(role.Node, services.Logging.CreateLogger<KeyRotation>()).RunAsync);
        return role;
    }

    /// <summary>For a host that becomes a manager: completes when it belongs to the group.</summary>
    /// <exception cref="GroupException">it does not, for the stated reason</exception>
    public Task JoinAsync(CancellationToken ct) => _entry.JoinAsync(ct);

    /// <summary>
    /// The first leader of a later term that is known here, this manager too; null when the log ends.
    /// </summary>
    public async Task<LeaderNotice?> NextLeaderAsync(ulong term, CancellationToken ct)
    {
        await foreach (var status in Node.WatchAsync(ct))
            if (status.Term > term && status.LeaderMember is { Address.Length: > 0 } leader)
                return new LeaderNotice { Term = status.Term, Address = leader.Address };
        return null;
    }

    /// <summary>For the only manager: its state is complete. A start does not depend on it.</summary>
    /// <exception cref="LogException">the disk failed or an entry cannot be applied</exception>
    public async Task ReadyAsync()
    {
        try
        {
            await Node.ReadyAsync(CancellationToken.None);
        }
        catch (ProposalException e)
        {
            LogNotReady(_logger, e.Message);
        }
    }

    /// <summary>Whether a node with a manager's certificate is a manager still, as far as is known here.</summary>
    public bool IsManager(PeerIdentity peer) => ManagerStanding.Has(Node.Status, Store.Current, peer.NodeId);

    public async ValueTask DisposeAsync()
    {
        await _leading.DisposeAsync();
        await _logLoops.DisposeAsync();
        await Node.DisposeAsync();
        await _transport.DisposeAsync();
    }

    private async Task KeepEnteredAsync(CancellationToken ct)
    {
        if (await _entry.UntilRemovedAsync(ct))
        {
            WasRemoved = true;
            _removed();
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, _services.Time, ct);
    }

    private async Task LeadAsync(CancellationToken ct)
    {
        while (await Node.LeadAsync(ct) is { } leadership)
        {
            LogLeads(_logger, leadership.Term);
            _work = new LeaderWork(leadership, Store, Node, _services);
            await _work.RunAsync(ct);
            _work = null;
            ct.ThrowIfCancellationRequested();
            LogLeadsNoMore(_logger, leadership.Term);
        }
        // The log has ended, and says why itself.
        await Task.Delay(Timeout.InfiniteTimeSpan, _services.Time, ct);
    }

    [LoggerMessage(LogLevel.Warning, "this manager starts without having all of its state confirmed: {Why}")]
    private static partial void LogNotReady(ILogger logger, string why);

    [LoggerMessage(LogLevel.Information, "this manager leads the cluster now, in term {Term}")]
    private static partial void LogLeads(ILogger logger, ulong term);

    [LoggerMessage(LogLevel.Information, "this manager does not lead any more; it did in term {Term}")]
    private static partial void LogLeadsNoMore(ILogger logger, ulong term);
}

/// <summary>This host's member of the managers' group.</summary>
/// <param name="Directory">of its log</param>
/// <param name="Address"><c>ip:port</c> where the others reach it</param>
internal sealed record MemberSetup(string Directory, string Address)
{
    /// <summary>Who it is when its directory is empty; null: the first of a new group.</summary>
    public NewMember? IfNew { get; init; }

    /// <summary>Where other managers were last heard of, <c>ip:port</c>.</summary>
    public Func<IEnumerable<string>> Managers { get; init; } = static () => [];

    /// <summary>Told when this member was removed from the group.</summary>
    public Action Removed { get; init; } = static () => { };
}
