using System.Collections.Concurrent;
using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Dispatching;

/// <summary>The one session of each connected node, and when each node was last heard of.</summary>
internal sealed class SessionTable(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, AgentSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _lastSeen = new(StringComparer.Ordinal);
    private readonly SteadyClock _clock = new(time);
    private volatile string? _stopped;

    /// <summary>By the clock of <see cref="LastSeen"/>: no node becomes silent by setting the host's clock.</summary>
    public DateTimeOffset Now => _clock.Now;

    public IReadOnlyDictionary<string, DateTimeOffset> LastSeen => _lastSeen;

    /// <summary>Those with a session.</summary>
    public IEnumerable<NodeId> Nodes => _sessions.Values.Select(session => session.Node);

    public AgentSession? Find(NodeId node) => _sessions.GetValueOrDefault(node.Value);

    /// <summary>Opens the node's session; the one before it, if any, is closed.</summary>
    public AgentSession Open(NodeId node)
    {
        var session = new AgentSession(node);
        _sessions.AddOrUpdate(node.Value, session, (_, old) =>
        {
            old.Close("the node has opened a newer session");
            return session;
        });
        Touch(node);
        if (_stopped is { } why)
            Remove(session, why);
        return session;
    }

    /// <summary>Takes the session out, unless a newer one has its place.</summary>
    public void Remove(AgentSession session, string why)
    {
        session.Close(why);
        _sessions.TryRemove(KeyValuePair.Create(session.Node.Value, session));
    }

    public void Touch(NodeId node) => _lastSeen[node.Value] = Now;

    /// <summary>The node is no more.</summary>
    public void Forget(NodeId node) => _lastSeen.TryRemove(node.Value, out _);

    public void Nudge(IEnumerable<NodeId> nodes)
    {
        foreach (var node in nodes)
            Find(node)?.Nudge();
    }

    /// <summary>Closes every session, and those that may still be opened.</summary>
    public void Stop(string why)
    {
        _stopped = why;
        foreach (var session in _sessions.Values)
            Remove(session, why);
    }
}
