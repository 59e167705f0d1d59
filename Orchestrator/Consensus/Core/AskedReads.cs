namespace Orchestrator.Consensus.Core;

/// <summary>Reads that a follower asked its leader about; each is answered once, at the latest after a time.</summary>
internal sealed class AskedReads(RaftState state)
{
    private readonly LinkedList<Asked> _waiting = [];
    private readonly Dictionary<ulong, LinkedListNode<Asked>> _byTicket = [];

    /// <summary>In ticks.</summary>
    private long _now;

    private int MostTicks => 2 * state.Options.ElectionTicks;

    public void Ask(ulong ticket)
    {
        if (state.Leader.IsNone || _waiting.Count >= state.Options.MaxPendingReads || _byTicket.ContainsKey(ticket))
        {
            state.Outbox.Answer(new ReadReady(ticket, 0));
            return;
        }
        _byTicket.Add(ticket, _waiting.AddLast(new Asked(ticket, _now)));
        state.Outbox.Send(new Message.ReadIndex(state.Self, state.Leader, state.Term, ticket));
    }

    public void OnReply(Message.ReadIndexReply reply)
    {
        if (_byTicket.TryGetValue(reply.Ticket, out var asked))
            Answer(asked, reply.Index);
    }

    /// <summary>Question or answer may be lost: what is too old is refused.</summary>
    public void Tick()
    {
        _now++;
        while (_waiting.First is { } oldest && _now - oldest.Value.Since >= MostTicks)
            Answer(oldest, index: 0);
    }

    public void RefuseAll()
    {
        while (_waiting.First is { } oldest)
            Answer(oldest, index: 0);
    }

    private void Answer(LinkedListNode<Asked> asked, ulong index)
    {
        _waiting.Remove(asked);
        _byTicket.Remove(asked.Value.Ticket);
        state.Outbox.Answer(new ReadReady(asked.Value.Ticket, index));
    }

    private readonly record struct Asked(ulong Ticket, long Since);
}
