using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orchestrator.Api;
using Orchestrator.Api.Validation;
using Orchestrator.Consensus.Log;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Hosting;

/// <summary>This host's part in a cluster: none, worker or manager. One command at a time changes it.</summary>
internal sealed partial class LocalNode : ILocalNode, IAsyncDisposable
{
    /// <summary>How long the end of the daemon waits for a command that it has interrupted.</summary>
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(2);

    /// <summary>Between two tries to stop the tasks of a node that was removed.</summary>
    private static readonly TimeSpan RemovalPause = TimeSpan.FromSeconds(10);

    private readonly HostServices _services;
    private readonly ApiContext _api;
    private readonly DataPaths _paths;
    private readonly NodeStateFile _stateFile;
    private readonly IdentityDirectory _identities;
    private readonly ILogger _logger;
    private readonly LocalEngine _host;
    private readonly Departure _departure;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly Channel<Membership> _removed = Channel.CreateBounded<Membership>(1);
    private volatile Membership? _membership;

    public LocalNode(HostServices services)
    {
        _services = services;
        _paths = new DataPaths(services.Options.DataDirectory);
        _stateFile = new NodeStateFile(_paths.Root);
        _identities = new IdentityDirectory(_paths.Root);
        _logger = services.Logging.CreateLogger<LocalNode>();
        _departure = new Departure(_logger);
        _host = HostDescription.Read(services.Options);
        _api = new ApiContext(this);
    }

    public ApiContext Api => _api;

    public LocalEngine Engine => _membership is { } current ? _host.With(current.Description) : _host;

    public LocalNodeStatus Status => _membership?.Status ?? new LocalNodeStatus();

    /// <summary>
    /// Takes up the membership of an earlier run, if there was one; else clears what an interrupted attempt left.
    /// </summary>
    /// <exception cref="OptionException">the stored state cannot be used</exception>
    public async Task ResumeAsync()
    {
        if (_stateFile.Load() is not { } state)
        {
            Forget();
            return;
        }
        var identity = new LiveIdentity(NodeSetup.Load(_identities, _paths.Root));
        var manager = state.Manager
            ? await ManagerSide.OpenAsync(new ManagerSetup(NodeSetup.AddressesOf(state)), identity, _services)
            : null;
        if (manager is { Role.IsAlone: true })
            await manager.Role.Node.ReadyAsync(CancellationToken.None);
        if (manager is not null && ManagerCertificate.RenewExpired(manager.Role.Store.Current, identity, _services))
            _identities.Save(identity.Current);
        Activate(state, identity, manager);
        LogResumed(_logger, state.NodeId, state.Manager ? "manager" : "worker");
    }

    public async Task<string> InitAsync(InitCommand command, CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, _ending.Token);
        var ct = either.Token;
        using var turn = await EnterAsync(ct);
        NodeRefusals.RequireOutside(Status);
        if (command.ForceNewCluster)
            throw ApiException.Bad("--force-new-cluster needs a manager's state to start from, and this host has none: "
                + "leave the flag out to make a new cluster");
        var addresses = NodeSetup.Choose(command.ListenAddress, command.AdvertiseAddress, _services);
        var runtime = await NodeSetup.ChooseRuntimeAsync(_services, ct);
        var id = await AllOrNothingAsync(async undo =>
        {
            using var founder = ClusterFounder.Create(command.Spec, _services);
            _identities.Save(founder.Identity);
            var identity = new LiveIdentity(founder.Identity);
            var manager = await ManagerSide.OpenAsync(new ManagerSetup(addresses), identity, _services);
            undo.Add(manager);
            var state = NodeSetup.StateOf(founder.Identity, addresses, manager.EndPoint, runtime);
            var first = founder.FirstTransaction(command, state.AdvertiseAddress, _services);
            var applied = await manager.Role.Node.ProposeAsync(first, ct);
            Invariant.Require(applied.Accepted, "nothing is in the way of a log's first transaction");
            _stateFile.Save(state);
            Activate(state, identity, manager);
            LogFounded(_logger, state.ClusterId, state.NodeId);
            return state.NodeId;
        });
        await _membership!.Manager!.UntilReadyAsync(new NodeId(id), ct);
        return id;
    }

    public async Task JoinAsync(JoinCommand command, CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, _ending.Token);
        var ct = either.Token;
        using var turn = await EnterAsync(ct);
        NodeRefusals.RequireOutside(Status);
        var addresses = command.AdvertiseAddress.Length > 0
            ? NodeSetup.Choose(command.ListenAddress, command.AdvertiseAddress, _services)
            : null;
        var runtime = await NodeSetup.ChooseRuntimeAsync(_services, ct);
        await AllOrNothingAsync(async _ =>
        {
            var joined = await ClusterJoin.RunAsync(command, _services, ct);
            _identities.Save(joined);
            var state = new NodeState
            {
                NodeId = joined.NodeId.Value,
                ClusterId = joined.ClusterId.Value,
                AdvertiseAddress = addresses?.Advertise.ToString() ?? "",
                Managers = [.. command.RemoteAddresses],
                Runtime = runtime,
            };
            _stateFile.Save(state);
            Activate(state, new LiveIdentity(joined), manager: null);
            LogJoined(_logger, state.ClusterId, state.NodeId);
            return state.NodeId;
        });
    }

    /// <remarks>Once begun it comes to its end, also when the client goes away: a node leaves whole or not at all.
    /// </remarks>
    public async Task LeaveAsync(bool force, CancellationToken aborted)
    {
        using var turn = await EnterAsync(aborted);
        var ct = _ending.Token;
        if (_membership is not { } current)
            throw ApiException.Unavailable("This node is not part of a swarm");
        await _departure.StopTasksAsync(current, force, ct);
        await ClusterJoin.SayFarewellAsync(current, _services, ct);
        await EndAsync(current);
        LogLeft(_logger, current.State.ClusterId);
    }

    public async ValueTask DisposeAsync()
    {
        _api.Manager = null;
        await _ending.CancelAsync();
        // A command that is under way undoes what it did, and must not be disturbed at that.
        var isAlone = await _gate.WaitAsync(CommandLimit);
        if (_membership is { } current)
            await current.DisposeAsync();
        if (!isAlone)
            return;
        _gate.Dispose();
        _ending.Dispose();
    }

    /// <summary>Until cancelled: leaves a cluster whose managers took this node out.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await foreach (var expelled in _removed.Reader.ReadAllAsync(ct))
        {
            LogRemoved(_logger, expelled.State.ClusterId);
            while (!await TryEndAsync(expelled, ct))
                await Task.Delay(RemovalPause, _services.Time, ct);
        }
    }

    /// <summary>Nobody would ever stop the tasks of a node that is none any more, so they go first.</summary>
    private async Task<bool> TryEndAsync(Membership expelled, CancellationToken ct)
    {
        using var turn = await EnterAsync(ct);
        if (_membership != expelled)
            return true;
        if (!await _departure.TryStopTasksAsync(expelled, ct))
            return false;
        await EndAsync(expelled);
        return true;
    }

    private void Activate(NodeState state, LiveIdentity identity, ManagerSide? manager)
    {
        Membership? started = null;
        started = Membership.Start(
            new NodeParts(state, identity, manager), _services, new NodeEvents(
                () => _removed.Writer.TryWrite(started!), _identities.Save));
        _membership = started;
        _api.Manager = manager is null
            ? null
            : new ManagerServices(
                manager.Role.Store, manager.Role.Node, manager.Logs, _services.Time, _services.Ids);
    }

    private async Task EndAsync(Membership current)
    {
        _stateFile.Remove();
        _api.Manager = null;
        _membership = null;
        await current.DisposeAsync();
        Forget();
    }

    private void Forget()
    {
        _identities.Delete();
        _paths.ForgetMembership();
    }

    /// <summary>
    /// Runs the steps of becoming a node; if one fails, all that was started is stopped and every trace removed.
    /// </summary>
    private async Task<string> AllOrNothingAsync(Func<List<IAsyncDisposable>, Task<string>> steps)
    {
        var undo = new List<IAsyncDisposable>();
        try
        {
            return await steps(undo);
        }
        catch (Exception exception)
        {
            _stateFile.Remove();
            foreach (var started in undo)
                await started.DisposeAsync();
            Forget();
            if (exception is PeerException or IOException or LogException)
                throw ApiException.Unavailable(exception.Message);
            throw;
        }
    }

    private async Task<Turn> EnterAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        return new Turn(_gate);
    }

    private readonly struct Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }

    [LoggerMessage(LogLevel.Information, "made the cluster {Cluster}; this node is {Node}, its first manager")]
    private static partial void LogFounded(ILogger logger, string cluster, string node);

    [LoggerMessage(LogLevel.Information, "joined the cluster {Cluster} as node {Node}")]
    private static partial void LogJoined(ILogger logger, string cluster, string node);

    [LoggerMessage(LogLevel.Information, "this host is node {Node}, a {Role}")]
    private static partial void LogResumed(ILogger logger, string node, string role);

    [LoggerMessage(LogLevel.Information, "left the cluster {Cluster}")]
    private static partial void LogLeft(ILogger logger, string cluster);

    [LoggerMessage(LogLevel.Warning, "this node was removed from the cluster {Cluster}: stopping its tasks")]
    private static partial void LogRemoved(ILogger logger, string cluster);
}
