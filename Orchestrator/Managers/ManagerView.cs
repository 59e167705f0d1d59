using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Model;
using Orchestrator.Primitives.Collections;

namespace Orchestrator.Managers;

/// <summary>What the leader knows of the managers' group and of what is wanted of it.</summary>
internal sealed record ManagerView
{
    /// <summary>
    /// A learner that lacks no more entries than this is worth a try: the core counts exactly, bytes too, and refuses.
    /// </summary>
    private const ulong FewEntries = 1000;

    public required Membership Membership { get; init; }

    /// <summary>The member that leads and decides.</summary>
    public required MemberId Self { get; init; }

    /// <summary>The cluster's nodes by id; <see cref="NodeSpec.Role"/> is what is wanted.</summary>
    public required SortedMap<Node> Nodes { get; init; }

    /// <summary>Other members that a connection stands to.</summary>
    public ImmutableSortedSet<MemberId> Reachable { get; init; } = [];

    /// <summary>Members that have almost the whole log.</summary>
    public ImmutableSortedSet<MemberId> CaughtUp { get; init; } = [];

    public static ManagerView Of(MemberStatus status, SortedMap<Node> nodes) => new()
    {
        Membership = status.Membership,
        Self = status.Self,
        Nodes = nodes,
        Reachable = [.. status.Peers.Where(peer => peer.IsReachable).Select(peer => peer.Member.Id)],
        CaughtUp =
        [
            .. status.Peers.Where(peer => peer.Match > 0 && peer.Match + FewEntries >= status.LastIndex)
                .Select(peer => peer.Member.Id),
        ],
    };

    public bool IsReachable(Member member) => member.Id == Self || Reachable.Contains(member.Id);

    /// <summary>Whether its node is there and is to be a manager.</summary>
    public bool IsWanted(Member member) => Nodes.GetValueOrDefault(member.Node)?.Spec.Role == NodeRole.Manager;

    /// <summary>Other memberships of the same node: it has lost its disk and come back.</summary>
    public IEnumerable<Member> OthersOf(Member member) =>
        Membership.Members.Where(other => other.Node == member.Node && other.Id != member.Id);

    /// <summary>How many more voters may fail when this member is gone; negative: nothing can be decided.</summary>
    public int MarginWithout(Member member) => QuorumMargin.Of(Membership.Remove(member.Id), IsReachable);
}
