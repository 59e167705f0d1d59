namespace Orchestrator.Consensus.Log;

/// <summary>Where the log lives and how it is cut into files.</summary>
internal sealed record LogOptions
{
    public required string Directory { get; init; }

    /// <summary>A new segment begins when the last one has this many bytes.</summary>
    public long SegmentBytes { get; init; } = 16 * 1024 * 1024;
}

/// <summary>What a snapshot stands for: all entries up to and with the index, the last of this term.</summary>
internal readonly record struct SnapshotPosition(ulong Index, ulong Term);

/// <summary>What recovery of the log starts from.</summary>
/// <param name="Snapshot">default when there is none</param>
/// <param name="MustReach">acknowledged entries reach at least to this index</param>
internal readonly record struct LogStart(SnapshotPosition Snapshot, ulong MustReach);
