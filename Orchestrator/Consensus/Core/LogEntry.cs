namespace Orchestrator.Consensus.Core;

/// <summary>One entry of the replicated log.</summary>
/// <param name="Index">1 for the first, then without gaps</param>
/// <param name="Term">never falls from one entry to the next</param>
internal readonly record struct LogEntry(ulong Index, ulong Term, EntryKind Kind, ReadOnlyMemory<byte> Payload)
{
    public LogPosition Position => new(Index, Term);
}

/// <summary>What the payload is. Stored and sent: numbers never change.</summary>
internal enum EntryKind : byte
{
    /// <summary>For the state machine.</summary>
    Command = 1,

    /// <summary>Nothing: a leader's first entry of its term.</summary>
    Empty = 2,

    /// <summary>The whole new <see cref="Membership"/>.</summary>
    Membership = 3,
}

/// <summary>A place in the log; two members that have an entry there have the same log up to it.</summary>
/// <param name="Index">0 = before the first entry</param>
/// <param name="Term">term of the entry at <paramref name="Index"/>; 0 at index 0</param>
internal readonly record struct LogPosition(ulong Index, ulong Term);
