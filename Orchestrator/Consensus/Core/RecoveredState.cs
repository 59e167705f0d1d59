namespace Orchestrator.Consensus.Core;

/// <summary>What a member finds on its disk when it starts; the beginning of a <see cref="RaftCore"/>.</summary>
internal sealed record RecoveredState
{
    public HardState HardState { get; init; }

    /// <summary>Of the newest snapshot; default when there is none. The state is restored from it.</summary>
    public LogPosition Snapshot { get; init; }

    /// <summary>
    /// As of <see cref="Snapshot"/>. Without members and with an empty log: a host that waits to be taken in.
    /// </summary>
    public required Membership Membership { get; init; }

    /// <summary>Without gaps, some of those under the snapshot at most, all behind it. All are durable.</summary>
    public ImmutableArray<LogEntry> Entries { get; init; } = [];

    /// <summary>What a leader had sent of a newer snapshot; default when nothing.</summary>
    public ReceivedPart Received { get; init; }
}

/// <summary>The beginning of a snapshot, durable and checked.</summary>
/// <param name="Position">what the snapshot stands for</param>
/// <param name="Bytes">how many are there</param>
/// <param name="Total">bytes of the whole snapshot</param>
internal readonly record struct ReceivedPart(LogPosition Position, long Bytes, long Total);
