using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Agents.Sessions;

/// <summary>Keeps a session with some manager; tasks go on while there is none.</summary>
internal sealed partial class SessionLoop : IDisposable
{
    private readonly AgentContext _agent;
    private readonly SessionParts _parts;
    private readonly RunnerTable _runners;
    private readonly ILogger _log;
    private readonly ClusterConnector _connector;
    private readonly LeaderWatch _watch;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private AgentSession? _session;
    private CancellationTokenSource? _current;
    private bool _held;
    private string _lastError = "";

    public SessionLoop(AgentContext agent, SessionParts parts, RunnerTable runners)
    {
        (_agent, _parts, _runners) = (agent, parts, runners);
        _log = agent.Loggers.CreateLogger<SessionLoop>();
        _connector = ClusterConnector.ForNode(agent.Identity, agent.Clock);
        _watch = new LeaderWatch(agent, parts.Roster, _connector);
    }

    /// <summary>There is a status or a description to send.</summary>
    public void Wake() => Volatile.Read(ref _session)?.Wake();

    /// <summary>Ends the session for a new one, because this node has another certificate.</summary>
    public void Reconnect()
    {
        lock (_lock)
            _current?.CancelSoon();
    }

    /// <summary>Ends the session, and opens none until <see cref="Resume"/>.</summary>
    public async Task HoldAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            _held = true;
            _current?.CancelSoon();
        }
        await _turn.WaitAsync(ct);
        _turn.Release();
    }

    public void Resume()
    {
        lock (_lock)
            _held = false;
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Until cancelled, or until the managers remove this node.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!await TryAsync(ct))
            await Task.Delay(_parts.Roster.Failed(_agent.Chance.Next()), _agent.Clock, ct);
        LogRemoved();
        _agent.Options.NodeRemoved();
    }

    private async Task<bool> TryAsync(CancellationToken ct)
    {
        if (_parts.Roster.Current is not { } manager)
        {
            LogFailure("(none)", "no manager's address is known");
            return false;
        }
        using var current = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await _turn.WaitAsync(ct);
        try
        {
            if (!TryBegin(current))
                return false;
            await RunSessionAsync(manager, current.Token);
            return true;
        }
        catch (SessionException e) when (e.IsRemoved)
        {
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A session that ends at the very moment of a stop is part of the stop.
            ct.ThrowIfCancellationRequested();
            if (e is SessionException { Leader: { } leader })
                _parts.Roster.Deferred(leader);
            LogFailure(manager, PeerException.In(e)?.Message ?? e.Message);
            if (!IsEnd(e))
                LogDefect(manager, e);
            return false;
        }
        finally
        {
            lock (_lock)
                _current = null;
            _turn.Release();
        }
    }

    private bool TryBegin(CancellationTokenSource current)
    {
        lock (_lock)
        {
            if (!_held)
                _current = current;
            return !_held;
        }
    }

    private async Task RunSessionAsync(string manager, CancellationToken ct)
    {
        // A manager that is lost without a word is noticed after two pings: well before its nodes count as silent.
        var ping = _parts.Roster.Settings.HeartbeatPeriod / 2;
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var session = new AgentSession(_agent, _parts, new LogStreams(_agent, _runners), ping);
        Volatile.Write(ref _session, session);
        var watching = WatchAsync(session, manager, life);
        try
        {
            var end = new CallEnd(_agent.Clock);
            await end.AwaitAsync(until => RunAsync(session, manager, ping, end, until), life.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException
            && life.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            var leader = await watching;
            throw new SessionException($"the one at {leader} leads now") { Leader = leader };
        }
        finally
        {
            await life.CancelAsync();
            await ((Task)watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(
        AgentSession session, string manager, TimeSpan ping, CallEnd end, CancellationToken ct)
    {
        using var connection = new ManagerConnection(manager, _connector, ping, _parts.Roster.ConnectLimit);
        await session.RunAsync(connection, end, ct);
    }

    /// <summary>Ends the session when another manager leads.</summary>
    /// <returns><c>ip:port</c> of that one</returns>
    private async Task<string> WatchAsync(AgentSession session, string manager, CancellationTokenSource life)
    {
        try
        {
            return await _watch.NextAsync(manager, await session.Term.WaitAsync(life.Token), life.Token);
        }
        finally
        {
            life.CancelSoon();
        }
    }

    /// <summary>In the nature of networks; anything else is a defect, here or on the manager.</summary>
    private static bool IsEnd(Exception e) => e is SessionException or PeerException or HttpRequestException
        or IOException or InvalidDataException or SocketException or InvariantException or FormatException;

    private void LogFailure(string manager, string error)
    {
        if (error == _lastError)
            LogAgain(manager, error);
        else
            LogEnded(manager, error);
        _lastError = error;
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "no session with the manager at {Manager}: {Error}. Tasks go on; it is tried again")]
    private partial void LogEnded(string manager, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "still no session with the manager at {Manager}: {Error}")]
    private partial void LogAgain(string manager, string error);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "a defect of swarmnet ended the session with the manager at {Manager}; another is tried")]
    private partial void LogDefect(string manager, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "this node was removed from its cluster")]
    private partial void LogRemoved();
}
