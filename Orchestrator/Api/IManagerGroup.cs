using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Api;

/// <summary>The group that the managers form.</summary>
public interface IManagerGroup
{
    /// <summary>As this host sees it now. Answers at once, leader or not.</summary>
    GroupStatus Status { get; }

    /// <summary>
    /// A new key for this manager's log; completes when nothing is left that the old one encrypted, or when cancelled.
    /// </summary>
    /// <exception cref="ProposalException">the new key may be in use; the old one is still needed</exception>
    Task RotateKeyAsync(CancellationToken ct);
}

/// <summary>Who leads, who belongs to it, and how much it can lose.</summary>
public sealed record GroupStatus
{
    /// <summary>Null while nobody leads, as far as it is known here.</summary>
    public NodeId? Leader { get; init; }

    public ImmutableArray<GroupMember> Members { get; init; } = [];

    /// <summary>How many more voters may fail; negative when nothing can be decided already.</summary>
    public int Margin { get; init; }

    internal int Voters => Members.Count(member => member.Votes);

    internal int ReachableVoters => Members.Count(member => member is { Votes: true, IsReachable: true });

    /// <summary>
    /// The node's member; null when it is no manager. A manager that lost its data comes back as another member: the
    /// one that can be reached counts.
    /// </summary>
    internal GroupMember? MemberOf(NodeId node) =>
        Members.Where(member => member.Node == node).MaxBy(member => member.IsReachable);

    internal bool IsSameAs(GroupStatus other) => Leader == other.Leader && Margin == other.Margin
        && Members.AsSpan().SequenceEqual(other.Members.AsSpan());
}

/// <param name="Address">where the others reach it, <c>ip:port</c></param>
/// <param name="Votes">false: it is not complete yet and counts for nothing</param>
/// <param name="IsReachable">from this host; this host itself is</param>
/// <param name="Problem">why not; empty when nothing is wrong</param>
public sealed record GroupMember(NodeId Node, string Address, bool Votes, bool IsReachable, string Problem);
