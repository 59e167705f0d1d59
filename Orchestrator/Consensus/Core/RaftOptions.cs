using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Core;

/// <summary>Settings of the core. Times are in ticks; who calls <see cref="RaftCore.Tick"/> says how long.</summary>
internal sealed record RaftOptions
{
    public required MemberId Self { get; init; }

    /// <summary>For the random part of election timeouts.</summary>
    public required int Seed { get; init; }

    /// <summary>A leader is silent no longer than this.</summary>
    public int HeartbeatTicks { get; init; } = 2;

    /// <summary>A follower waits at least so long, and less than twice as long, before it asks for votes.</summary>
    public int ElectionTicks { get; init; } = 20;

    /// <summary>Bytes of one command.</summary>
    public int MaxEntryBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>An append takes no further entry when it has so many bytes; one entry always fits.</summary>
    public int MaxAppendBytes { get; init; } = 1024 * 1024;

    public int MaxAppendEntries { get; init; } = 4096;

    /// <summary>Appends on their way to one member; more wait for answers.</summary>
    public int MaxInflightAppends { get; init; } = 64;

    /// <summary>Bytes on their way to one member.</summary>
    public long MaxInflightBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes that the leader takes before a quorum has the first of them.</summary>
    public long MaxUncommittedBytes { get; init; } = 64 * 1024 * 1024;

    public int SnapshotChunkBytes { get; init; } = 1024 * 1024;

    /// <summary>Reads that wait for a quorum; more are refused.</summary>
    public int MaxPendingReads { get; init; } = 4096;

    /// <exception cref="ArgumentException">a value is out of its range, or two do not go together</exception>
    public void Validate()
    {
        Invariant.Require(!Self.IsNone, "a member has an id");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(HeartbeatTicks);
        ArgumentOutOfRangeException.ThrowIfLessThan(ElectionTicks, 2 * HeartbeatTicks);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxEntryBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxAppendBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxAppendEntries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxInflightAppends);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInflightBytes, MaxAppendBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUncommittedBytes, MaxEntryBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SnapshotChunkBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxPendingReads);
    }
}
