namespace Orchestrator.Consensus.Core;

/// <summary>
/// Reads at the leader. Each takes the commit index of its round, and is answered when a quorum, asked after that,
/// still follows.
/// </summary>
internal sealed class ReadRounds(RaftState state)
{
    private readonly List<Asked> _waiting = [];
    private readonly Queue<Asked> _asked = [];

    public bool HasWaiting => _waiting.Count > 0;

    public bool IsConfirming => _asked.Count > 0;

    public void Add(MemberId from, ulong ticket)
    {
        var read = new Asked(from, ticket, 0, 0);
        if (_waiting.Count + _asked.Count < state.Options.MaxPendingReads)
            _waiting.Add(read);
        else
            Answer(read);
    }

    /// <summary>All that wait share one round.</summary>
    public void Begin(ulong round)
    {
        foreach (var read in _waiting)
            _asked.Enqueue(read with { Round = round, Index = state.Commit });
        _waiting.Clear();
    }

    /// <summary>A quorum answered a round, and so confirmed those before it too.</summary>
    public void Confirm(ulong round)
    {
        while (_asked.TryPeek(out var read) && read.Round <= round)
            Answer(_asked.Dequeue());
    }

    public void RefuseAll()
    {
        foreach (var read in _asked.Concat(_waiting))
            Answer(read with { Index = 0 });
        _asked.Clear();
        _waiting.Clear();
    }

    private void Answer(Asked read)
    {
        if (read.From == state.Self)
            state.Outbox.Answer(new ReadReady(read.Ticket, read.Index));
        else
            state.Outbox.Send(
                new Message.ReadIndexReply(state.Self, read.From, state.Term, read.Ticket, read.Index));
    }

    private readonly record struct Asked(MemberId From, ulong Ticket, ulong Round, ulong Index);
}
