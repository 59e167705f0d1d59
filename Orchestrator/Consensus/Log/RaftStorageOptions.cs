using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>Where a member keeps its part of the group's log.</summary>
internal sealed record RaftStorageOptions
{
    /// <summary>For these files alone; made when it is missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Node id of this host. A directory that another host wrote is refused.</summary>
    public required string Node { get; init; }

    /// <summary>Who this member is when the directory was never used; not looked at otherwise.</summary>
    public required NewMember IfNew { get; init; }

    /// <summary>A new segment begins when the last one has this many bytes.</summary>
    public long SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Zeros that a segment is lengthened by at a time.</summary>
    public long ReserveBytes { get; init; } = 1024 * 1024;

    /// <summary>Entries under the newest snapshot that a start still reads.</summary>
    public int KeptEntries { get; init; } = 1000;

    /// <summary>Bytes of such entries at most.</summary>
    public long KeptBytes { get; init; } = 8 * 1024 * 1024;
}

/// <summary>A membership that begins, or one that a directory of format 1 is taken over with.</summary>
/// <param name="First">the group before the first entry: this member alone, with a vote; or nobody for a host that
/// waits to be taken in. Format 1 was a single manager's: it needs this member alone</param>
internal sealed record NewMember(MemberId Id, Membership First);
