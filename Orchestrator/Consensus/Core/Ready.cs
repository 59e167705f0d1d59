namespace Orchestrator.Consensus.Core;

/// <summary>All that the core wants done since it was last asked. The parts do not wait for each other.</summary>
internal sealed record Ready
{
    /// <summary>
    /// To be sent at once, in this order for each receiver. What depends on the disk is in here when that is done.
    /// </summary>
    public ImmutableArray<Message> Messages { get; init; } = [];

    /// <summary>
    /// To be made durable, then told by <see cref="RaftCore.Flushed"/>. Null when there is nothing, or while another
    /// is under way: there is at most one at a time.
    /// </summary>
    public Flush? Flush { get; init; }

    /// <summary>
    /// Committed and durable here: to be applied in this order, each once. Then <see cref="RaftCore.Applied"/>.
    /// </summary>
    public ImmutableArray<LogEntry> Committed { get; init; } = [];

    /// <summary>Reads that may be answered once the state machine has applied their index.</summary>
    public ImmutableArray<ReadReady> Reads { get; init; } = [];

    /// <summary>Pieces of snapshots that members wait for; read, then <see cref="RaftCore.SendChunk"/>.</summary>
    public ImmutableArray<SnapshotRead> SnapshotReads { get; init; } = [];

    /// <summary>
    /// The newest snapshot cannot be read: take another now, of what is applied, also at the same index. Then <see
    /// cref="RaftCore.SnapshotTaken"/>.
    /// </summary>
    public bool WantsSnapshot { get; init; }

    /// <summary>Forwarded commands that the leader did not take, by ticket.</summary>
    public ImmutableArray<RefusedForward> Refused { get; init; } = [];

    public bool IsEmpty => Messages.IsEmpty && Flush is null && Committed.IsEmpty && Reads.IsEmpty
        && SnapshotReads.IsEmpty && Refused.IsEmpty && !WantsSnapshot;
}

/// <summary>
/// One write to the disk, in this order: the piece of a snapshot, or the snapshot put in place (the log is then empty
/// behind it); the hard state; the log cut and the entries appended.
/// </summary>
internal sealed record Flush
{
    /// <summary>
    /// Term and vote; null when unchanged, unless an idle leader tries its disk. One atomic replacement.
    /// </summary>
    public HardState? HardState { get; init; }

    /// <summary>
    /// Without gaps. When the first one's index is in the durable log, that log is first cut before it.
    /// </summary>
    public ImmutableArray<LogEntry> Entries { get; init; } = [];

    /// <summary>A piece of a snapshot from the leader, to be kept beside the log until the whole is there.</summary>
    public Message.SnapshotChunk? Chunk { get; init; }

    /// <summary>
    /// The chunk is the last: verify the whole, put it in place and drop the log; the state machine is restored from it
    /// before <see cref="RaftCore.Flushed"/> is called.
    /// </summary>
    public bool Installs { get; init; }
}

/// <summary>What a member must never forget.</summary>
/// <param name="Vote">whom it voted for in this term</param>
internal readonly record struct HardState(ulong Term, MemberId Vote);

/// <param name="Ticket">as given to <see cref="RaftCore.Read"/></param>
/// <param name="Index">the state is new enough when this is applied; 0: no leader to ask (any more)</param>
internal readonly record struct ReadReady(ulong Ticket, ulong Index);

/// <param name="To">the member that waits for it</param>
/// <param name="Offset">in bytes</param>
/// <param name="MaxBytes">at most so many</param>
internal readonly record struct SnapshotRead(MemberId To, LogPosition Position, long Offset, int MaxBytes);

internal readonly record struct RefusedForward(ulong Ticket, ProposeResult Why);
