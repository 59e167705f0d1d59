using Orchestrator.Consensus.Core;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Consensus.Transport;

/// <summary>Takes the streams of other members.</summary>
/// <param name="self">this member, and whom it knows as the others now</param>
/// <param name="deliver">takes a message of about so many bytes; waits while there is no room for it</param>
internal sealed class PeerReceiver(
    Func<MemberStatus> self, Func<Message, int, CancellationToken, ValueTask> deliver, PeerOptions options)
{
    /// <summary>Told where a member says that it is, when its stream is taken.</summary>
    public Action<MemberId, string> Introduced { private get; init; } = (_, _) => { };

    /// <summary>Whether a node with a manager's certificate is a manager still.</summary>
    public Func<PeerIdentity, bool> IsManager { private get; init; } = static _ => true;

    /// <returns>whose stream it is</returns>
    /// <exception cref="PeerRefusedException">the stream is not taken</exception>
    public PeerIdentity Check(PeerHello hello, PeerIdentity? peer)
    {
        var status = self();
        if (peer is not { IsManager: true })
            throw new PeerRefusedException(403,
                "only managers take part in the managers' group: connect with a manager's certificate");
        if (hello.Protocol != PeerHello.CurrentProtocol)
            throw new PeerRefusedException(400, $"this manager speaks version {PeerHello.CurrentProtocol} of the "
                + $"managers' protocol, not {hello.Protocol}: run the same version of swarmnet on all managers");
        if (hello.Incarnation != status.Membership.Incarnation)
            throw new PeerRefusedException(410, "this member belongs to another incarnation of the cluster, from "
                + "before a recovery by force: let it leave and join again");
        if (hello.To != status.Self.Value)
            throw new PeerRefusedException(421, $"this is member {status.Self}, not {new MemberId(hello.To)}: "
                + "another manager had this address before");
        CheckMember(new MemberId(hello.From), peer, status);
        Introduced(new MemberId(hello.From), hello.Address);
        return peer;
    }

    /// <summary>Delivers what comes until the stream ends.</summary>
    /// <exception cref="InvalidDataException">something else than messages came</exception>
    /// <exception cref="PeerRefusedException">the sender was removed meanwhile</exception>
    public async Task ReadAsync(Stream stream, PeerHello hello, PeerIdentity peer, CancellationToken ct)
    {
        var (from, to) = (new MemberId(hello.From), new MemberId(hello.To));
        while (await FrameStream.ReadFrameAsync<PeerFrame>(stream, options.MaxFrameBytes, ct) is { } frame)
        {
            var message = PeerCodec.ToMessage(frame, from, to);
            if (message?.MayBeFarewell() != true)
                RefuseFormer(from, peer, self());
            if (message is not null)
                await deliver(message, PeerCodec.SizeOf(message), ct);
        }
    }

    private void CheckMember(MemberId from, PeerIdentity peer, MemberStatus status)
    {
        RefuseFormer(from, peer, status);
        // A member that is not known here may be a new one: the news of it is still on its way.
        var known = status.Membership.Find(from) ?? status.Committed.Find(from);
        if (known is not null && known.Node != peer.NodeId.Value)
            throw new PeerRefusedException(403, $"member {from} is node {known.Node}, but the certificate is of node "
                + $"{peer.NodeId}");
    }

    /// <summary>Not before its removal is committed: until then the others may need it to get there.</summary>
    private void RefuseFormer(MemberId from, PeerIdentity peer, MemberStatus status)
    {
        if (status.Removed.Contains(from))
            throw new PeerRefusedException(410,
                $"member {from} was removed from the managers: let this host leave and join again");
        if (!IsManager(peer))
            throw new PeerRefusedException(403, $"node {peer.NodeId} is not a manager (any more), though its "
                + "certificate says so: it renews that, or was removed from the cluster");
    }
}
