using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Dispatching;

/// <summary>Writes down who is down. Heartbeats themselves are in memory only.</summary>
internal sealed partial class LivenessLoop(
    DispatchingEnvironment environment, SessionTable sessions, NodeWriter writer, ILogger logger)
{
    public async Task RunAsync(CancellationToken ct)
    {
        var signs = new SignsOfLife(sessions.LastSeen, sessions.Now)
        {
            Former = environment.Store.Current.Nodes.Keys.ToFrozenSet(StringComparer.Ordinal),
        };
        while (true)
        {
            var state = environment.Store.Current;
            var grace = NodeLiveness.GraceOf(state.Cluster);
            var verdict = NodeLiveness.Judge(state, signs, sessions.Now);
            await Task.WhenAll(verdict.Expired.Select(node => ExpireAsync(node, signs, ct)));
            foreach (var gone in sessions.LastSeen.Keys.Where(key => !state.Nodes.ContainsKey(key)))
                sessions.Forget(new NodeId(gone));
            // Nodes that join meanwhile have at least one grace.
            var wait = verdict.NextLook - sessions.Now;
            await Task.Delay(wait is null || wait > grace ? grace : AtLeastOneTick(wait.Value), environment.Time, ct);
        }
    }

    private static TimeSpan AtLeastOneTick(TimeSpan wait) =>
        wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait;

    private async Task ExpireAsync(NodeId id, SignsOfLife signs, CancellationToken ct)
    {
        // First the session, so that a node that is there after all says hello again and is ready again.
        if (sessions.Find(id) is { } session)
            sessions.Remove(session, NodeChanges.HeartbeatFailure);
        try
        {
            await writer.ChangeAsync(id, node => StillSilent(node, signs), ct);
            LogDown(logger, id);
        }
        catch (ProposalException e)
        {
            LogNotWritten(logger, id, e.Message);
        }
    }

    private Node? StillSilent(Node node, SignsOfLife signs)
    {
        var grace = NodeLiveness.GraceOf(environment.Store.Current.Cluster);
        return NodeLiveness.Deadline(node, signs, grace) <= sessions.Now
            ? NodeChanges.Down(node, NodeChanges.HeartbeatFailure, environment.Now)
            : null;
    }

    [LoggerMessage(LogLevel.Warning, "Node {Node} is down: heartbeat failure")]
    private static partial void LogDown(ILogger logger, NodeId node);

    [LoggerMessage(LogLevel.Warning, "Node {Node} is down, which could not be written yet: {Why}")]
    private static partial void LogNotWritten(ILogger logger, NodeId node, string why);
}
