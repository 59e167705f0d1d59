using System.Threading.Channels;
using Orchestrator.Model;

namespace Orchestrator.Dispatching;

/// <summary>A connected node, as the rest of the manager sees it. Any thread may call it, also after its end.</summary>
internal sealed class AgentSession(NodeId node)
{
    /// <summary>Messages that may wait for a slow agent; one more ends its session.</summary>
    public const int QueueLimit = 64;

    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _nudges = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public NodeId Node { get; } = node;

    /// <summary>Completes with the reason when the session is to end, or has ended.</summary>
    public Task<string> Closed => _closed.Task;

    /// <summary>The session's own loops read it, and write to it when they can wait for room.</summary>
    public Channel<ManagerMessage> Outbound { get; } = Channel.CreateBounded<ManagerMessage>(QueueLimit);

    /// <summary>Queues a message; a full queue closes the session.</summary>
    /// <returns>false when the session is over</returns>
    public bool TrySend(ManagerMessage message)
    {
        if (_closed.Task.IsCompleted)
            return false;
        if (Outbound.Writer.TryWrite(message))
            return true;
        Close($"the agent does not read: {QueueLimit} messages wait for it");
        return false;
    }

    /// <summary>The session looks at the state soon; any number of calls until then are one.</summary>
    public void Nudge() => _nudges.Writer.TryWrite(true);

    public async Task NudgedAsync(CancellationToken ct) => await _nudges.Reader.ReadAsync(ct);

    public void Close(string why) => _closed.TrySetResult(why);
}
