namespace Orchestrator.Consensus.Core;

/// <summary>How far a member is with the snapshot it gets.</summary>
/// <param name="Position">which snapshot</param>
/// <param name="Offset">bytes that it has</param>
/// <param name="Awaits">what must come before the next piece</param>
internal readonly record struct SnapshotCursor(LogPosition Position, long Offset, SnapshotAwaits Awaits)
{
    /// <summary>Ticks since the last step; a piece or its answer may be lost.</summary>
    public int Age { get; init; }
}

internal enum SnapshotAwaits
{
    Nothing,

    /// <summary>A piece is being read here.</summary>
    Read,

    /// <summary>A piece is on its way, or being written there.</summary>
    Reply,
}
