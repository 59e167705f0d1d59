namespace Orchestrator.Security;

/// <summary>The node's identity as of now: a renewal replaces it, and new connections use it at once.</summary>
public sealed class LiveIdentity(NodeIdentity first)
{
    private NodeIdentity _current = first;

    public NodeIdentity Current => Volatile.Read(ref _current);

    /// <remarks>The one before is left to the collector: handshakes may still be using it.</remarks>
    public void Replace(NodeIdentity next) => Volatile.Write(ref _current, next);
}
