using Microsoft.Extensions.Logging;

namespace Orchestrator.Consensus.Log;

/// <summary>Where a log lives and what it takes to read and change it.</summary>
internal sealed record LogHome
{
    public required string Directory { get; init; }

    public required ILogDisk Disk { get; init; }

    public required LogKeys Keys { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>A new segment begins when the last one has this many bytes.</summary>
    public long SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Zeros that a segment is lengthened by at a time: most small flushes of a file whose length stays take half the
    /// time.
    /// </summary>
    public long ReserveBytes { get; init; } = 1024 * 1024;
}
