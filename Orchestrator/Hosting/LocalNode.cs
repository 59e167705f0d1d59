using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orchestrator.Api;
using Orchestrator.Api.Doctor;
using Orchestrator.Api.Validation;
using Orchestrator.Consensus.Log;
using Orchestrator.Hosting.Doctor;
using Orchestrator.Hosting.Recovery;
using Orchestrator.Managers;
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
    private readonly RoleKeeper _roles;
    private readonly FactsReader _facts;
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
        _departure = new Departure(services, _logger);
        _roles = new RoleKeeper(services, _stateFile, () => _membership, _logger);
        _host = HostDescription.Read(services.Options);
        _facts = new FactsReader(services, () => new PosixDisk());
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
        if (ManagerCertificate.RenewExpired(state, identity, _services))
            _identities.Save(identity.Current);
        (state, var manager) = await _roles.ResumeAsync(state, identity);
        Activate(state, identity, manager);
        LogResumed(_logger, state.NodeId, state.Manager ? "manager" : "worker");
    }

    public async Task<string> InitAsync(InitCommand command, CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, _ending.Token);
        var ct = either.Token;
        using var turn = await EnterAsync(ct);
        if (command.ForceNewCluster)
            return await ForceNewClusterAsync(command);
        NodeRefusals.RequireOutside(Status);
        var addresses = NodeSetup.Choose(command.ListenAddress, command.AdvertiseAddress, _services);
        var runtime = await NodeSetup.ChooseRuntimeAsync(_services, ct);
        var id = await AllOrNothingAsync(async undo =>
        {
            using var founder = ClusterFounder.Create(command.Spec, _services);
            var first = new FirstManager(founder.Identity, addresses, runtime);
            var state = await StartFirstAsync(
                first, address => founder.FirstTransaction(command, address, _services), undo, ct);
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
        var addresses = NodeSetup.ChooseLater(command.ListenAddress, command.AdvertiseAddress, _services);
        var runtime = await NodeSetup.ChooseRuntimeAsync(_services, ct);
        await AllOrNothingAsync(async undo =>
        {
            var joined = await ClusterJoin.RunAsync(command, _services, ct);
            _identities.Save(joined);
            var state = new NodeState
            {
                NodeId = joined.NodeId.Value,
                ClusterId = joined.ClusterId.Value,
                ListenAddress = addresses?.Listen.ToString() ?? command.ListenAddress,
                AdvertiseAddress = addresses?.Advertise.ToString() ?? "",
                Managers = [.. command.RemoteAddresses],
                Runtime = runtime,
            };
            var identity = new LiveIdentity(joined);
            var withdrawal = new JoinWithdrawal(identity, command.RemoteAddresses, _services, _logger);
            undo.Add(withdrawal);
            ManagerSide? manager = null;
            if (joined.Role == NodeRole.Manager)
            {
                (state, manager) = await _roles.BeginAsync(state, identity, command.RemoteAddresses, ct);
                withdrawal.Manager = manager;
                await manager.Role.JoinAsync(ct);
            }
            _stateFile.Save(state);
            Activate(state, identity, manager);
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
        if (current.Manager is { Role.IsAlone: false } manager)
            await _departure.StepDownAsync(ServicesOf(manager), manager.Role, ct);
        await _departure.StopTasksAsync(current, force, ct);
        await ClusterJoin.SayFarewellAsync(current, _services, ct);
        await EndAsync(current);
        LogLeft(_logger, current.State.ClusterId);
    }

    public async Task<RestoredCluster> RestoreAsync(
        RestoreCommand command, Stream backup, CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, _ending.Token);
        var ct = either.Token;
        using var turn = await EnterAsync(ct);
        NodeRefusals.RequireOutside(Status);
        var addresses = NodeSetup.Choose(command.ListenAddress, command.AdvertiseAddress, _services);
        var runtime = await NodeSetup.ChooseRuntimeAsync(_services, ct);
        var restore = await ClusterRestore.ReadAsync(command, backup, _services, ct);
        var id = await AllOrNothingAsync(async undo =>
        {
            restore.MakeLog(_paths.Log, addresses.Advertise, _services);
            var first = new FirstManager(restore.Identity, addresses, runtime);
            var state = await StartFirstAsync(
                first, address => restore.FirstTransaction(address, _services), undo, ct);
            LogRestored(_logger, state.ClusterId, state.NodeId);
            return state.NodeId;
        });
        await _membership!.Manager!.UntilReadyAsync(new NodeId(id), ct);
        return restore.Outcome();
    }

    public Task<HostFacts> ExamineAsync(CancellationToken ct) => _facts.ReadAsync(_membership, ct);

    /// <summary>Stops this manager, changes its log and starts it again. Once begun it comes to its end.</summary>
    private async Task<string> ForceNewClusterAsync(InitCommand command)
    {
        NodeRefusals.RequireManager(Status);
        var current = _membership!;
        var state = current.State.Copy();
        state.Managers = []; // those of before might tell this node that it was removed
        if (ForcedAddress.Of(command, state, _services) is { } chosen)
            (state.ListenAddress, state.AdvertiseAddress) = (chosen.Listen.ToString(), chosen.Advertise.ToString());
        _api.Manager = null;
        _membership = null;
        try
        {
            await current.DisposeAsync();
            // First, since the member asks for the address that is stored here, whatever its log says.
            _stateFile.Save(state);
            ForcedCluster.Make(state, _services);
        }
        catch (Exception exception) when (exception is LogException or IOException)
        {
            throw ApiException.Unavailable(exception.Message);
        }
        finally
        {
            await ResumeOrEndAsync(); // as what it was, when the log was not changed
        }
        return state.NodeId;
    }

    /// <summary>What cannot be taken up again now may be by the next daemon.</summary>
    private async Task ResumeOrEndAsync()
    {
        try
        {
            await ResumeAsync();
        }
        catch (Exception exception)
        {
            _services.Fatal.TrySetResult(exception);
            throw ApiException.Unavailable($"this manager cannot start again, its daemon ends: {exception.Message}");
        }
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

    /// <summary>Until cancelled: is a manager while the managers want it to be one.</summary>
    public Task KeepRoleAsync(CancellationToken ct) => _roles.RunAsync(TryKeepRoleAsync, ct);

    /// <summary>Until cancelled: leaves a cluster whose managers took this node out.</summary>
    public async Task LeaveWhenRemovedAsync(CancellationToken ct)
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
        try
        {
            await EndAsync(expelled);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogTraces(_logger, exception.Message);
            return false;
        }
    }

    private async Task<bool> TryKeepRoleAsync(CancellationToken ct)
    {
        using var turn = await EnterAsync(ct);
        if (_membership is not { } current)
            return true;
        if (current.NextRoleStep() == RoleStep.StopManaging)
            Serve(null);
        var before = current.Manager;
        var done = await _roles.StepAsync(current, ct);
        if (current.Manager != before)
            Serve(current.Manager);
        return done;
    }

    private void Serve(ManagerSide? manager) => _api.Manager = manager is null ? null : ServicesOf(manager);

    private ManagerServices ServicesOf(ManagerSide manager) => new(
        manager.Role.Store, manager.Role.Node, manager.Role.Group, manager.Logs, _services.Time, _services.Ids);

    private void Activate(NodeState state, LiveIdentity identity, ManagerSide? manager)
    {
        Membership? started = null;
        started = Membership.Start(
            new NodeParts(state, identity, manager), _services, new NodeEvents(
                () => _removed.Writer.TryWrite(started!), _identities.Save, _roles.Look));
        _membership = started;
        Serve(manager);
        _roles.Look();
    }

    /// <summary>Starts the only manager of a cluster that is new or restored.</summary>
    /// <param name="transaction">what its log goes on with, by the address that others reach it under</param>
    private async Task<NodeState> StartFirstAsync(
        FirstManager first, Func<string, Transaction> transaction, List<IAsyncDisposable> undo, CancellationToken ct)
    {
        _identities.Save(first.Identity);
        var identity = new LiveIdentity(first.Identity);
        var manager = await ManagerSide.OpenAsync(_roles.SetupOf(first.Addresses, []), identity, _services);
        undo.Add(manager);
        var state = NodeSetup.StateOf(first.Identity, first.Addresses, manager.EndPoint, first.Runtime);
        var applied = await manager.Role.Node.ProposeAsync(transaction(state.AdvertiseAddress), ct);
        Invariant.Require(applied.Accepted, "nothing is in the way of the first transaction");
        _stateFile.Save(state);
        Activate(state, identity, manager);
        return state;
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
            // Of an earlier membership whose end was not clean: its log must not be taken for the new one's.
            Forget();
            return await steps(undo);
        }
        catch (Exception exception)
        {
            _stateFile.Remove();
            foreach (var started in undo)
                await started.DisposeAsync();
            Forget();
            if (exception is PeerException or IOException or UnauthorizedAccessException or LogException
                or GroupException)
                throw ApiException.Unavailable(exception.Message);
            throw;
        }
    }

    private async Task<Turn> EnterAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        return new Turn(_gate);
    }

    private sealed record FirstManager(NodeIdentity Identity, AddressChoice Addresses, string Runtime);

    private readonly struct Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }

    [LoggerMessage(LogLevel.Information, "made the cluster {Cluster}; this node is {Node}, its first manager")]
    private static partial void LogFounded(ILogger logger, string cluster, string node);

    [LoggerMessage(LogLevel.Information,
        "restored the cluster {Cluster} from a backup; this node is {Node}, its only manager")]
    private static partial void LogRestored(ILogger logger, string cluster, string node);

    [LoggerMessage(LogLevel.Information, "joined the cluster {Cluster} as node {Node}")]
    private static partial void LogJoined(ILogger logger, string cluster, string node);

    [LoggerMessage(LogLevel.Information, "this host is node {Node}, a {Role}")]
    private static partial void LogResumed(ILogger logger, string node, string role);

    [LoggerMessage(LogLevel.Warning, "what this node has kept of its cluster cannot be removed yet: {Reason}")]
    private static partial void LogTraces(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "left the cluster {Cluster}")]
    private static partial void LogLeft(ILogger logger, string cluster);

    [LoggerMessage(LogLevel.Warning, "this node was removed from the cluster {Cluster}: stopping its tasks")]
    private static partial void LogRemoved(ILogger logger, string cluster);
}
