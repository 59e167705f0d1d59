using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Transport;

/// <summary>Limits of what members send to each other.</summary>
internal sealed record PeerOptions
{
    /// <summary>Messages that wait for one member.</summary>
    public int QueuedMessages { get; init; } = 1024;

    /// <summary>Bytes of those; one message always fits.</summary>
    public long QueuedBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Frames that are ready share a write until it has so many bytes.</summary>
    public int WriteBytes { get; init; } = 256 * 1024;

    /// <summary>Longest frame that is accepted.</summary>
    public int MaxFrameBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>From the first packet until the other side has taken the stream.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A member that is silent this long is asked for a sign of life, and has as long to give it.</summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A member that has left is still told about it for so long.</summary>
    public TimeSpan Farewell { get; init; } = TimeSpan.FromSeconds(10);

    public Backoff Retry { get; init; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3));
}
