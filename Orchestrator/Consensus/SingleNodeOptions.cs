namespace Orchestrator.Consensus;

/// <summary>Settings of the single manager's log.</summary>
public sealed record SingleNodeOptions
{
    private const int LargestProposal = 1024 * 1024 * 1024;

    /// <summary>For the log's files alone; made when it is missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Node id of this manager. A directory that another member wrote is refused.</summary>
    public required string Member { get; init; }

    /// <summary>Bytes of one command; larger ones are refused.</summary>
    public int MaxProposalBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Commands that wait for the log; more proposers wait in line.</summary>
    public int InboxCapacity { get; init; } = 1024;

    /// <summary>A batch that has this many bytes takes no further command.</summary>
    public int MaxBatchBytes { get; init; } = 1024 * 1024;

    /// <summary>Entries after which a snapshot is taken.</summary>
    public int SnapshotEntries { get; init; } = 10_000;

    /// <summary>Bytes of commands after which a snapshot is taken, even after fewer entries.</summary>
    public long SnapshotBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>A new segment file begins when the last one has this many bytes.</summary>
    public long SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long a stop waits for the disk before it gives up.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <exception cref="ArgumentException">a value is out of its range</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Directory);
        ArgumentException.ThrowIfNullOrEmpty(Member);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxProposalBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxProposalBytes, LargestProposal);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(InboxCapacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxBatchBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxBatchBytes, LargestProposal);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SnapshotEntries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SnapshotBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SegmentBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(StopGrace, TimeSpan.Zero);
    }
}
