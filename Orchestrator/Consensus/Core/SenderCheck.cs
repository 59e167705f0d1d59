namespace Orchestrator.Consensus.Core;

/// <summary>Whom a member hears: who belongs to the group, and of others what it may need of them.</summary>
internal sealed class SenderCheck(RaftState state, Election election)
{
    public bool IsHeard(Message message) =>
        message.To == state.Self && message.From != state.Self && !message.From.IsNone
        && (state.Members.Committed.HasRemoved(message.From)
            ? message.MayBeFarewell() && message.Term == state.Term
            : state.Members.Has(message.From) || message.From == state.Leader || IsNews(message));

    /// <summary>
    /// A member that is behind does not know all others: one of them may lead by now, or need its vote. But it has no
    /// need of them as long as it hears of a leader.
    /// </summary>
    private bool IsNews(Message message) => !election.IsLed && message
        is Message.Append or Message.SnapshotChunk or Message.PreVote or Message.Vote { IsTransfer: false };
}
