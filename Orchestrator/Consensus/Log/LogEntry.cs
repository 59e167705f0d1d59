namespace Orchestrator.Consensus.Log;

/// <summary>One entry of the replicated log.</summary>
/// <param name="Index">1 for the first, then without gaps</param>
/// <param name="Term">never falls from one entry to the next</param>
internal readonly record struct LogEntry(ulong Index, ulong Term, EntryKind Kind, ReadOnlyMemory<byte> Payload);

/// <summary>What the payload is. Stored: numbers never change.</summary>
internal enum EntryKind : byte
{
    /// <summary>For the state machine.</summary>
    Command = 1,

    /// <summary>Nothing: a leader's first entry of its term.</summary>
    Empty = 2,

    /// <summary>A change of the group's members.</summary>
    Membership = 3,
}
