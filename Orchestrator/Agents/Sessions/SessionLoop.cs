using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Agents.Sessions;

/// <summary>Keeps a session with some manager; tasks go on while there is none.</summary>
internal sealed partial class SessionLoop(AgentContext agent, SessionParts parts, RunnerTable runners)
{
    private readonly ILogger _log = agent.Loggers.CreateLogger<SessionLoop>();
    private readonly ClusterConnector _connector = ClusterConnector.ForNode(agent.Identity, agent.Clock);
    private AgentSession? _session;
    private CancellationTokenSource? _current;
    private string _lastError = "";

    /// <summary>There is a status or a description to send.</summary>
    public void Wake() => Volatile.Read(ref _session)?.Wake();

    /// <summary>Ends the session for a new one, because this node has another certificate.</summary>
    public void Reconnect()
    {
        try
        {
            Volatile.Read(ref _current)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ends by itself just now, which is as good.
        }
    }

    /// <summary>Until cancelled, or until the managers remove this node.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!await TryAsync(ct))
            await Task.Delay(parts.Roster.Failed(agent.Chance.Next()), agent.Clock, ct);
        LogRemoved();
        agent.Options.NodeRemoved();
    }

    private async Task<bool> TryAsync(CancellationToken ct)
    {
        if (parts.Roster.Current is not { } manager)
        {
            LogFailure("(none)", "no manager's address is known");
            return false;
        }
        using var current = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Volatile.Write(ref _current, current);
        try
        {
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
        catch (Exception e) when (IsEnd(e) && !ct.IsCancellationRequested)
        {
            LogFailure(manager, PeerException.In(e)?.Message ?? e.Message);
            return false;
        }
    }

    private async Task RunSessionAsync(string manager, CancellationToken ct)
    {
        var ping = parts.Roster.Settings.HeartbeatPeriod;
        using var connection = new ManagerConnection(manager, _connector, ping);
        var session = new AgentSession(agent, parts, new LogStreams(agent, runners), ping);
        Volatile.Write(ref _session, session);
        await session.RunAsync(connection, ct);
    }

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

    [LoggerMessage(Level = LogLevel.Warning, Message = "this node was removed from its cluster")]
    private partial void LogRemoved();
}
