using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Transport;

/// <summary>The way to the other members. Everything may be lost, late or doubled; nothing blocks.</summary>
internal interface IPeerTransport
{
    /// <summary>Says who this member is, once, before anything else.</summary>
    /// <param name="lost">called, on any thread, when the connection to a member breaks</param>
    void Attach(MemberId self, ulong incarnation, Action<MemberId> lost);

    /// <summary>From now on these are the members, with these addresses; removed is who is so for ever.</summary>
    void Follow(Membership membership);

    /// <summary>Queues the message, or drops it when too much waits for that member.</summary>
    void Send(Message message);

    PeerLink LinkTo(MemberId member);
}

/// <param name="IsUp">a connection stands</param>
/// <param name="Problem">why not, for people; empty when nothing is known to be wrong</param>
internal readonly record struct PeerLink(bool IsUp, string Problem);
