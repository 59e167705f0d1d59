using System.Diagnostics;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Agents.Sessions;

/// <summary>One session with one manager, from the greeting to the end.</summary>
internal sealed class AgentSession(AgentContext agent, SessionParts parts, LogStreams logs, TimeSpan ping)
{
    /// <summary>A complete set of a large node is some megabytes.</summary>
    private const int MaxFrameBytes = 64 * 1024 * 1024;

    /// <summary>From the connection to the manager's first frame.</summary>
    private static readonly TimeSpan GreetingLimit = TimeSpan.FromSeconds(10);

    private readonly Signal _somethingToSay = new(agent.Clock);
    private readonly TaskCompletionSource<ulong> _term = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasAssignments;
    private ulong _version;

    /// <summary>In which the manager leads; completes when it has greeted, and never when it does not say it.</summary>
    public Task<ulong> Term => _term.Task;

    /// <summary>There is a status or a description to send.</summary>
    public void Wake() => _somethingToSay.Set();

    /// <summary>Until the managers remove this node; every other end is an exception.</summary>
    /// <param name="end">is told when nothing is said any more</param>
    /// <exception cref="SessionException">the manager refused, ended the session or lost a frame</exception>
    public async Task RunAsync(ManagerConnection connection, CallEnd end, CancellationToken ct)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var limit = new CancellationTokenSource(GreetingLimit, agent.Clock);
        using var greeting = CancellationTokenSource.CreateLinkedTokenSource(session.Token, limit.Token);
        using var listening = new CancellationTokenSource();
        var speaking = Task.CompletedTask;
        parts.Outbox.Restart();
        try
        {
            using var response = await connection.OpenAsync(
                ClusterPaths.Session,
                (stream, unread) => speaking = end.AfterAsync(PushContent.EndFirstAsync(
                    ended => SpeakAsync(stream, ended), listening, unread, session.Token)),
                EndAsync,
                greeting.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(greeting.Token);
            await GreetAsync(stream, greeting.Token);
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            await ListenAsync(stream, connection, listening.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new SessionException($"the manager has not answered in {GreetingLimit.TotalSeconds:0} s");
        }
        catch (OperationCanceledException) when (listening.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            await speaking; // why it ended is its error
            throw;
        }
        finally
        {
            await EndAsync();
            await logs.CloseAsync();
        }

        // What speaks takes from the outbox, which belongs to the next session afterwards.
        async Task EndAsync()
        {
            await session.CancelAsync();
            await speaking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task GreetAsync(Stream stream, CancellationToken ct)
    {
        if (await ReadAsync(stream, ct) is not SessionSettings settings)
            throw new SessionException("the manager's first frame is not the session's settings");
        if (parts.Roster.IsFormer(settings))
            throw new SessionException($"the manager led in term {settings.Term}, and this node has heard of a leader "
                + $"of term {parts.Roster.Settings.Term}") { Leader = "" };
        parts.Roster.Succeeded();
        Take(settings);
        if (settings.Term > 0)
            _term.TrySetResult(settings.Term);
    }

    private async Task ListenAsync(Stream stream, ManagerConnection connection, CancellationToken ct)
    {
        while (true)
        {
            switch (await ReadAsync(stream, ct))
            {
                case SessionSettings settings:
                    Take(settings);
                    break;
                case AssignmentSet set:
                    Take(set);
                    break;
                case StatusReceipt receipt:
                    parts.Outbox.Acknowledge(receipt.Number);
                    break;
                case LogRequest request:
                    logs.Open(request, connection);
                    break;
                case LogCancel cancel:
                    logs.Cancel(cancel.RequestId);
                    break;
                case NodeRemoved:
                    return;
                default:
                    throw new UnreachableException("no such frame");
            }
        }
    }

    private static async Task<ManagerMessage> ReadAsync(Stream stream, CancellationToken ct) =>
        await FrameStream.ReadFrameAsync<ManagerMessage>(stream, MaxFrameBytes, ct)
        ?? throw new SessionException("the manager ended the session");

    private void Take(SessionSettings settings)
    {
        Invariant.Require(settings.HeartbeatPeriod > TimeSpan.Zero, "heartbeats have a period");
        parts.Roster.Learn(settings);
        parts.SettingsChanged();
        if (settings.HeartbeatPeriod < ping)
            throw new SessionException($"a new heartbeat period: {settings.HeartbeatPeriod}");
        _somethingToSay.Set();
    }

    private void Take(AssignmentSet set)
    {
        if (!set.Complete && (!_hasAssignments || set.AppliesTo != _version))
        {
            throw new SessionException(
                $"a set of assignments is missing: got one for {set.AppliesTo}, have {_version}");
        }
        parts.Worker.Apply(set);
        (_hasAssignments, _version) = (true, set.ResultsIn);
    }

    private async Task SpeakAsync(Stream stream, CancellationToken ct)
    {
        var said = parts.Monitor.Current;
        await SayAsync(stream, new AgentHello { Description = said }, ct);
        // Not by the time of day: a clock that is set back would keep this node silent until it is down.
        var beat = agent.Clock.GetTimestamp();
        while (true)
        {
            if (!ReferenceEquals(said, parts.Monitor.Current))
            {
                said = parts.Monitor.Current;
                await SayAsync(stream, new AgentDescription { Description = said }, ct);
            }
            // Once the session is over, the outbox belongs to the next one.
            ct.ThrowIfCancellationRequested();
            if (parts.Outbox.Take() is { } statuses)
                await SayAsync(stream, statuses, ct);
            var due = parts.Roster.Settings.HeartbeatPeriod - agent.Clock.GetElapsedTime(beat);
            if (due <= TimeSpan.Zero)
            {
                beat = agent.Clock.GetTimestamp();
                await SayAsync(stream, new AgentHeartbeat(), ct);
                continue;
            }
            await _somethingToSay.WaitAsync(parts.Outbox.DueIn() is { } report && report < due ? report : due, ct);
        }
    }

    private static async Task SayAsync(Stream stream, AgentMessage message, CancellationToken ct) =>
        await FrameStream.WriteFrameAsync(stream, message, ct);
}

/// <summary>What a session brings together.</summary>
internal sealed record SessionParts(Worker Worker, StatusOutbox Outbox, EngineMonitor Monitor, ManagerRoster Roster)
{
    /// <summary><see cref="ManagerRoster.Settings"/> is new.</summary>
    public required Action SettingsChanged { get; init; }
}
