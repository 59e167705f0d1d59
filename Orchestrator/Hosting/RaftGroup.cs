using Orchestrator.Api;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Hosting;

/// <summary>The managers' group as this manager sees it, over its own connections.</summary>
internal sealed class RaftGroup(RaftNode node, StateStore store) : IManagerGroup
{
    private const string NotYet = "this manager has not tried to reach it yet";

    public GroupStatus Status => Of(node.Status, store.Current);

    public Task RotateKeyAsync(CancellationToken ct) => node.RotateKeyAsync(ct);

    internal static GroupStatus Of(MemberStatus seen, StateSnapshot state) => new()
    {
        Leader = seen.LeaderMember is { } leader ? new NodeId(leader.Node) : null,
        Members = [.. seen.Membership.Members.Select(member => Show(seen, member, state))],
        Margin = QuorumMargin.Of(seen.Membership, member => Link(seen, member).IsReachable),
    };

    private static GroupMember Show(MemberStatus seen, Member member, StateSnapshot state)
    {
        var id = new NodeId(member.Node);
        // The founder's member has no address while nobody else needs one; its row does.
        var address = member.Address.Length > 0 ? member.Address : state.Node(id)?.ManagerAddress ?? "";
        var link = Link(seen, member);
        return new GroupMember(id, address, member.Votes, link.IsReachable, link.Problem);
    }

    /// <summary>A member that lost data takes no part, reachable or not; only it knows.</summary>
    private static PeerStatus Link(MemberStatus seen, Member member) => member.Id == seen.Self
        ? new PeerStatus(member, seen.LastIndex, seen.LostData.Length == 0, seen.LostData)
        : seen.Peers.FirstOrDefault(peer => peer.Member.Id == member.Id)
            ?? new PeerStatus(member, 0, IsReachable: false, NotYet);
}
