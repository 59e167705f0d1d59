using Microsoft.Extensions.Logging;
using Orchestrator.Model;

namespace Orchestrator.Dispatching;

/// <summary>
/// The manager side of the agent protocol, for as long as this manager leads: make one for each leadership,
/// and run it once. It serves nobody before <see cref="RunAsync"/> and after it.
/// </summary>
public sealed class Dispatcher
{
    private const int NudgedAtOnce = 32;

    private readonly DispatchingEnvironment _environment;
    private readonly SessionServices _services;
    private readonly LivenessLoop _liveness;
    private readonly ILogger _logger;
    private CancellationToken _life = new(canceled: true);

    public Dispatcher(DispatchingEnvironment environment, ILogger logger)
    {
        _environment = environment;
        _logger = logger;
        var sessions = new SessionTable(environment.Time);
        _services = new SessionServices(
            environment, sessions, new StatusIntake(environment, logger), new NodeWriter(environment));
        _liveness = new LivenessLoop(environment, sessions, _services.Nodes, logger);
        Admission = new Admission(environment, _services.Nodes, logger);
        Logs = new LogBroker(environment, sessions);
    }

    public LogBroker Logs { get; }

    internal Admission Admission { get; }

    /// <summary>Cancelled unless <see cref="RunAsync"/> runs.</summary>
    internal CancellationToken Life => _life;

    /// <summary>Runs until cancelled, or until one of its loops fails; every session is closed then.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _life = life.Token;
        Task[] loops = [WatchAsync(life.Token), _services.Intake.RunAsync(life.Token), _liveness.RunAsync(life.Token)];
        try
        {
            await await Task.WhenAny(loops);
        }
        finally
        {
            // First: each agent that hears of it at once has a session with the next leader that much earlier.
            _services.Sessions.Stop("this manager does not lead any more");
            await life.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary><see cref="DispatchingEnvironment.ManagerAddresses"/> gives others: the agents are told.</summary>
    public void ManagersChanged() => _services.Sessions.Nudge(_services.Sessions.Nodes);

    /// <summary>Serves a node's session until it ends.</summary>
    /// <param name="address">IP address the agent connects from</param>
    /// <returns>true when the agent was told everything, false when the streams were given up</returns>
    internal async Task<bool> ServeAsync(NodeId node, string address, DuplexStreams streams, CancellationToken ct)
    {
        var session = _services.Sessions.Open(node);
        return await new SessionRunner(session, _services, _logger).RunAsync(streams, address, ct);
    }

    internal async Task LeaveAsync(NodeId node, CancellationToken ct)
    {
        if (_services.Sessions.Find(node) is { } session)
            _services.Sessions.Remove(session, "the node leaves");
        await Admission.LeaveAsync(node, ct);
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        var before = _environment.Store.Current;
        await foreach (var change in _environment.Store.WatchAsync(before.Index, ct))
        {
            await NudgeAsync(AffectedNodes.Of(before, change));
            before = change.Snapshot;
        }
    }

    /// <summary>
    /// A few at a time: else the log's own work would wait behind that of a thousand sessions, on a small machine for
    /// so long that this manager would not lead any more.
    /// </summary>
    /// <param name="nodes">null = every node</param>
    private async Task NudgeAsync(IReadOnlySet<NodeId>? nodes)
    {
        foreach (var part in (nodes ?? _services.Sessions.Nodes).Chunk(NudgedAtOnce))
        {
            _services.Sessions.Nudge(part);
            await Task.Yield();
        }
    }
}
