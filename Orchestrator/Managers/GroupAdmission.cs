using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Managers;

/// <summary>Takes managers into the group. The leader's part; any other member says who leads.</summary>
internal sealed partial class GroupAdmission(
    RaftNode node, StateStore store, ClusterConnector connector, ILogger logger)
{
    private const int ManyVoters = 7;

    private readonly MembershipChanges _changes = new(node);

    /// <exception cref="RefusedException">with what the host's user should know</exception>
    /// <exception cref="Primitives.ProposalException">there is no leader</exception>
    public async Task<RaftGroup> DescribeAsync(PeerIdentity peer, CancellationToken ct)
    {
        RequireManager(peer);
        var status = await LeadingAsync(ct);
        CheckRole(peer.NodeId.Value);
        return Describe(status);
    }

    /// <summary>Completes when the member is in the group under that address, without a vote at first.</summary>
    /// <exception cref="RefusedException">with what the host's user should know</exception>
    /// <exception cref="Primitives.ProposalException">there is no leader</exception>
    public async Task<RaftGroup> JoinAsync(PeerIdentity peer, RaftJoinRequest request, CancellationToken ct)
    {
        var address = AddressIn(request);
        var joining = new Member(new MemberId(request.MemberId), peer.NodeId.Value, address.ToString(), Votes: false);
        var status = await LeadingAsync(ct);
        Check(joining, peer, request.Incarnation, status);
        if (status.Membership.Find(joining.Id)?.Address == joining.Address)
            return Describe(status);
        await DialBackAsync(joining, address, status, ct);
        status = await LeadingAsync(ct);
        Check(joining, peer, request.Incarnation, status);
        await ChangeAsync(joining, status, ct);
        return Describe(node.Status);
    }

    /// <summary>Asks a quorum: the state here has the node's row then, and no former leader answers.</summary>
    private async Task<MemberStatus> LeadingAsync(CancellationToken ct)
    {
        if (node.Status.Role == RaftRole.Leader)
            await node.ReadBarrierAsync(ct);
        var status = node.Status;
        if (status.Role == RaftRole.Leader)
            return status;
        var leader = status.LeaderMember?.Address ?? "";
        throw new RefusedException(503, leader.Length > 0
            ? $"this manager does not lead: ask the one at {leader}"
            : "this manager does not lead, and knows nobody who does: try again in a moment")
        {
            Leader = leader,
        };
    }

    private void Check(Member joining, PeerIdentity peer, ulong incarnation, MemberStatus status)
    {
        var members = status.Membership;
        var known = members.Find(joining.Id);
        // First of all: who was removed may have a worker's certificate already, and should hear of it all the same.
        if (status.Removed.Contains(joining.Id))
            throw new RefusedException(410,
                $"member {joining.Id} was removed from the managers: this host must come back as a new member");
        if (members.HasRemoved(joining.Id))
            throw new RefusedException(503, $"member {joining.Id} is being removed: try again in a moment");
        RequireManager(peer);
        if (incarnation != members.Incarnation)
            throw new RefusedException(409, "this member belongs to another incarnation of the cluster, from "
                + "before a recovery by force: let it leave and join again");
        if (known is not null && known.Node != joining.Node)
            throw new RefusedException(403, $"member {joining.Id} is node {known.Node}, but the certificate is of "
                + $"node {joining.Node}");
        CheckRole(joining.Node);
        if (AtSameAddress(joining, members).FirstOrDefault(other => other.Votes) is { } taken)
            throw new RefusedException(409, $"node {taken.Node} is a manager at {joining.Address} already: give "
                + "this one another address with --advertise-addr, or demote that node if it is gone");
        if (known is null && members.Members.Length >= ManagerCount.Most)
            throw new RefusedException(409, ManagerCount.TooMany(members.Members.Length));
    }

    /// <summary>One without a vote was never more than a try: whoever answers there takes its place.</summary>
    private static IEnumerable<Member> AtSameAddress(Member joining, Membership members) =>
        members.Members.Where(other => other.Address == joining.Address && other.Node != joining.Node);

    private void CheckRole(string id)
    {
        var role = store.Current.Node(new NodeId(id))?.Spec.Role ?? throw new RefusedException(403,
            $"node {id} was removed from the cluster: leave, and join again");
        if (role != NodeRole.Manager)
            throw new RefusedException(403,
                $"node {id} is to be a worker: `swarmnet node promote {id}` on a manager makes it a manager");
    }

    /// <summary>A member that the leader cannot reach would never get the log: its user should know at once.</summary>
    private async Task DialBackAsync(Member joining, IPEndPoint address, MemberStatus status, CancellationToken ct)
    {
        try
        {
            await using var stream = await connector.ConnectAsync(
                new DnsEndPoint(address.Address.ToString(), address.Port), ct);
            var shown = PeerIdentity.Of(stream.RemoteCertificate as X509Certificate2);
            if (shown?.NodeId.Value != joining.Node)
                throw new RefusedException(409, $"at {joining.Address} node {shown?.NodeId.Value ?? "?"} answers "
                    + $"the leader, not node {joining.Node}: give this host's own address with --advertise-addr");
        }
        catch (PeerException e)
        {
            var leader = status.Membership.Find(status.Self)?.Address ?? "";
            LogUnreachable(logger, joining.Node, joining.Address, e.Message);
            throw new RefusedException(409, $"the manager at {joining.Address} cannot be reached from the leader"
                + $"{(leader.Length > 0 ? $" at {leader}" : "")} ({e.Message}): open that port between the hosts, or "
                + "give an address that the others can reach with --advertise-addr");
        }
    }

    private async Task ChangeAsync(Member joining, MemberStatus status, CancellationToken ct)
    {
        try
        {
            foreach (var former in AtSameAddress(joining, status.Membership))
                await _changes.RemoveAsync(former.Id, force: false, ct);
            if (status.Membership.Find(joining.Id) is null)
                await _changes.AddLearnerAsync(joining, ct);
            else
                await _changes.ChangeAddressAsync(joining.Id, joining.Address, ct);
        }
        catch (MembershipException e)
        {
            throw new RefusedException(503, e.Message) { Leader = node.Status.LeaderMember?.Address ?? "" };
        }
        LogTaken(logger, joining.Node, joining.Address, joining.Id);
        if (status.Membership.Voters() >= ManyVoters)
            LogMany(logger, status.Membership.Voters());
    }

    private static void RequireManager(PeerIdentity peer)
    {
        if (!peer.IsManager)
            throw new RefusedException(403,
                "only managers take part in the managers' group: connect with a manager's certificate");
    }

    private static IPEndPoint AddressIn(RaftJoinRequest request)
    {
        if (request.MemberId == 0)
            throw new RefusedException(400, "the member id is 0, which is nobody");
        if (!IPEndPoint.TryParse(request.Address, out var address) || address.Port == 0
            || address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any))
            throw new RefusedException(400, $"'{request.Address}' is not an address that other managers can "
                + "reach: give IP:PORT with --advertise-addr");
        return address;
    }

    private static RaftGroup Describe(MemberStatus status) => new()
    {
        Incarnation = status.Membership.Incarnation,
        Managers =
        [
            .. status.Membership.Members.Select(member => member.Address).Where(address => address.Length > 0),
        ],
    };

    [LoggerMessage(LogLevel.Information, "Node {Node} at {Address} belongs to the managers' group as member {Member}")]
    private static partial void LogTaken(ILogger logger, string node, string address, MemberId member);

    [LoggerMessage(LogLevel.Warning,
        "Node {Node} wants to be a manager at {Address}, where this leader cannot reach it: {Why}")]
    private static partial void LogUnreachable(ILogger logger, string node, string address, string why);

    [LoggerMessage(LogLevel.Warning,
        "There are {Voters} managers with a vote already: more make every change slower and survive little more")]
    private static partial void LogMany(ILogger logger, int voters);
}
