using Orchestrator.Consensus.Core;
using Orchestrator.Serialization;

namespace Orchestrator.Consensus.Transport;

/// <summary>First frame of a stream from one member to another.</summary>
[MessagePackObject]
public sealed record PeerHello
{
    /// <summary>
    /// POST: <see cref="PeerHello"/>, then any number of <see cref="PeerFrame"/>. The answer has no body.
    /// </summary>
    public const string Path = "/swarmnet/v1/raft";

    public const int CurrentProtocol = 1;

    public const int MaxBytes = 1024;

    [Key(0)] public int Protocol { get; init; }

    /// <summary>Member ids; every message of the stream is from the first to the second.</summary>
    [Key(1)] public ulong From { get; init; }

    [Key(2)] public ulong To { get; init; }

    [Key(3)] public ulong Incarnation { get; init; }

    /// <summary>
    /// Where the sender takes answers, <c>ip:port</c>: a receiver whose log is behind does not know it. May be empty.
    /// </summary>
    [Key(4)] public string Address { get; init; } = "";
}

/// <summary>One message. Each kind uses the slots that it needs.</summary>
[MessagePackObject]
public sealed record PeerFrame
{
    [Key(0)] public PeerFrameKind Kind { get; init; }

    [Key(1)] public ulong Term { get; init; }

    /// <summary>The position that the kind speaks of; of a read's answer only the index.</summary>
    [Key(2)] public ulong Index { get; init; }

    [Key(3)] public ulong IndexTerm { get; init; }

    [Key(4)] public ulong Commit { get; init; }

    [Key(5)] public ulong ReadRound { get; init; }

    [Key(6)] public ulong Ticket { get; init; }

    /// <summary>Granted, accepted, installed; of a request for a vote: the leader wants it.</summary>
    [Key(7)] public bool Yes { get; init; }

    /// <summary>Behind the position, without gaps.</summary>
    [Key(8)] public ImmutableArray<PeerEntry> Entries { get; init; } = [];

    /// <summary>Of a snapshot, or a command.</summary>
    [Key(9)] public ReadOnlyMemory<byte> Bytes { get; init; }

    [Key(10)] public long Offset { get; init; }

    [Key(11)] public long Total { get; init; }

    [Key(12)] public ReadOnlyMemory<byte> Membership { get; init; }

    [Key(13)] public ulong Refused { get; init; }

    /// <summary>A <see cref="ProposeResult"/>.</summary>
    [Key(14)] public int Why { get; init; }

    [Key(15)] public ulong Acknowledged { get; init; }
}

/// <summary>An entry of the log; its index follows from its place.</summary>
[MessagePackObject]
public sealed record PeerEntry
{
    [Key(0)] public ulong Term { get; init; }

    /// <summary>An <see cref="EntryKind"/>.</summary>
    [Key(1)] public int Kind { get; init; }

    [Key(2)] public ReadOnlyMemory<byte> Payload { get; init; }
}

/// <summary>Numbers never change.</summary>
public enum PeerFrameKind
{
    Unknown = 0,
    PreVote = 1,
    PreVoteReply = 2,
    Vote = 3,
    VoteReply = 4,
    Append = 5,
    AppendReply = 6,
    SnapshotChunk = 7,
    SnapshotReply = 8,
    TimeoutNow = 9,
    Forward = 10,
    ForwardRefused = 11,
    ReadIndex = 12,
    ReadIndexReply = 13,
}
