namespace Orchestrator.Consensus.Core;

/// <summary>Who belongs to the group. Stored and sent whole, in entries of the log and in snapshots.</summary>
internal sealed record Membership
{
    /// <summary>
    /// Random; another one after a recovery by force, so that members of before can never be taken for equals.
    /// </summary>
    public required ulong Incarnation { get; init; }

    /// <summary>By id, without repetition.</summary>
    public ImmutableArray<Member> Members { get; init; } = [];

    /// <summary>By id: refused for ever.</summary>
    public ImmutableArray<MemberId> Removed { get; init; } = [];
}

/// <param name="Node">node id of the host; the core does not look at it</param>
/// <param name="Address">where the others reach it; the core does not look at it</param>
/// <param name="Votes">false: a learner, which gets the log and counts for nothing</param>
internal sealed record Member(MemberId Id, string Node, string Address, bool Votes);
