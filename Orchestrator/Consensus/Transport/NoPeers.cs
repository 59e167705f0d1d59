using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Transport;

/// <summary>For a group of one.</summary>
internal sealed class NoPeers : IPeerTransport
{
    public void Attach(MemberId self, ulong incarnation, Action<MemberId> lost)
    {
        // There is nobody to lose.
    }

    public void Follow(Membership membership)
    {
        // There is nobody to reach.
    }

    public void Send(Message message)
    {
        // There is nobody to hear it.
    }

    public PeerLink LinkTo(MemberId member) => new(false, "this manager has no connections to others");
}
