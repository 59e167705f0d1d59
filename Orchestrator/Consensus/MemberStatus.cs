using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus;

/// <summary>How one member sees its group. Indexes and progress are at most a few ticks old.</summary>
internal sealed record MemberStatus
{
    public required MemberId Self { get; init; }

    public RaftRole Role { get; init; }

    public ulong Term { get; init; }

    /// <summary>Who leads, as far as this member knows.</summary>
    public MemberId Leader { get; init; }

    public ulong CommitIndex { get; init; }

    public ulong AppliedIndex { get; init; }

    public ulong LastIndex { get; init; }

    /// <summary>A write to the log is under way.</summary>
    public bool IsWriting { get; init; }

    /// <summary>The members that count now.</summary>
    public required Membership Membership { get; init; }

    /// <summary>The members that the managers have agreed on, as far as known here.</summary>
    public Membership Committed { get; init; } = new() { Incarnation = 0 };

    /// <summary>Who does not belong to the group any more, for ever: the managers have agreed on it.</summary>
    public ImmutableArray<MemberId> Removed => Committed.Removed;

    /// <summary>This member was removed, and has heard of it. Its host may come back, as another one.</summary>
    public bool IsRemoved => Removed.Contains(Self);

    /// <summary>By id.</summary>
    public ImmutableArray<PeerStatus> Peers { get; init; } = [];

    /// <summary>This member lost data that it had acknowledged: remove it and let it join again. Else empty.</summary>
    public string LostData { get; init; } = "";

    /// <summary>Null while there is none, or when it is not a member that is known here.</summary>
    public Member? LeaderMember => Membership.Find(Leader);

    /// <summary>Whether the same leads and the same belong to the group.</summary>
    public bool IsSameGroupAs(MemberStatus other) => Role == other.Role && Term == other.Term && Leader == other.Leader
        && ReferenceEquals(Membership, other.Membership) && IsRemoved == other.IsRemoved;
}

/// <summary>Another member, as seen from here.</summary>
/// <param name="Match">the leader's knowledge of what it has durably; 0 when this member does not lead</param>
/// <param name="IsReachable">a connection to it stands; at the leader also: it was heard of within an election's
/// time</param>
/// <param name="Problem">why not; empty when nothing is wrong</param>
internal sealed record PeerStatus(Member Member, ulong Match, bool IsReachable, string Problem);
