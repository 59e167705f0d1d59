using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Core;

/// <summary>Takes the leader's entries, and tells it what is durable.</summary>
internal sealed class Following(RaftState state)
{
    private ulong _term;

    /// <summary>Up to here the leader's appends were found in the log, or put there.</summary>
    private ulong _matched;

    /// <summary>Newest round of reads that the leader asked about.</summary>
    private ulong _round;

    /// <summary>The leader waits to hear that entries are durable.</summary>
    private bool _owesReply;

    /// <summary>The log is the leader's up to here; what is committed is anyway: every leader has it.</summary>
    private ulong Verified => Math.Max(_matched, state.Commit);

    public void OnAppend(Message.Append append)
    {
        if (!IsWellFormed(append) || Forgot(append))
            return;
        StartTerm();
        state.Follow(append.From);
        _round = Math.Max(_round, append.ReadRound);
        if (state.Disk.IsInstalling)
            Accept();
        else if (append.Previous.Index > state.Commit && !state.Log.Contains(append.Previous))
            Refuse(append.Previous);
        else
            Take(append);
    }

    /// <summary>A write is done: the leader hears of it when it waits for entries in it.</summary>
    public void OnDurable()
    {
        if (!_owesReply || _term != state.Term || state.Role != RaftRole.Follower || state.Leader.IsNone)
            return;
        Accept();
        _owesReply = state.Log.Durable < Verified;
    }

    private void Take(Message.Append append)
    {
        if (append.Previous.Index >= state.Log.Base.Index && !state.Log.Contains(append.Previous))
            throw Overruled(append, append.Previous.Index);
        var first = append.Entries.Length;
        for (var i = 0; i < append.Entries.Length && first == append.Entries.Length; i++)
        {
            if (append.Entries[i].Index > state.Log.Base.Index && !state.Log.Contains(append.Entries[i].Position))
                first = i;
        }
        Replace(append, first);
        var end = append.Previous.Index + (ulong)append.Entries.Length;
        _matched = Math.Max(_matched, Math.Min(end, state.Log.Last.Index));
        state.CommitTo(Math.Min(append.Commit, Verified));
        _owesReply |= append.Entries.Length > 0 && state.Log.Durable < Verified;
        if (append.Entries.IsEmpty || !_owesReply)
            Accept();
    }

    /// <summary>Takes the entries from <paramref name="first"/> on; what stood there was never committed.</summary>
    private void Replace(Message.Append append, int first)
    {
        if (first == append.Entries.Length)
            return;
        var index = append.Entries[first].Index;
        if (index <= state.Log.Last.Index)
        {
            if (index <= Verified)
                throw Overruled(append, index);
            state.Log.Cut(index);
            state.Members.Cut(index);
        }
        for (var i = first; i < append.Entries.Length; i++)
        {
            var entry = append.Entries[i];
            state.Log.Append(entry);
            if (entry.Kind == EntryKind.Membership)
                state.Members.Append(entry.Index, MembershipCodec.Decode(entry.Payload.Span));
        }
    }

    /// <summary>Until the term is durable the answers gather in one.</summary>
    private void Accept()
    {
        _owesReply |= !state.Disk.IsBound;
        if (!state.Disk.IsBound)
            return;
        var match = Math.Min(Verified, state.Log.Durable);
        Reply(accepted: true, state.Log.PositionAt(match), refused: 0);
    }

    private void Refuse(LogPosition previous)
    {
        var hint = Math.Max(state.Commit, state.Log.LastNotNewer(previous with { Index = previous.Index - 1 }));
        Reply(accepted: false, state.Log.PositionAt(hint), previous.Index);
    }

    private void Reply(bool accepted, LogPosition match, ulong refused) => state.Outbox.Send(
        new Message.AppendReply(state.Self, state.Leader, state.Term, accepted, match, _round) { Refused = refused });

    private void StartTerm()
    {
        if (_term == state.Term)
            return;
        _term = state.Term;
        _matched = 0;
        _round = 0;
        _owesReply = false;
    }

    private bool Forgot(Message.Append append)
    {
        if (append.Acknowledged <= state.Log.Last.Index || state.Disk.IsInstalling)
            return false;
        state.LoseData($"member {state.Self} acknowledged entry {append.Acknowledged} to leader {append.From} in term "
            + $"{append.Term}, but its log ends at {state.Log.Last.Index}: its disk lost data. Remove this member and "
            + "join the host again as a new one");
        return true;
    }

    private static InvariantException Overruled(Message.Append append, ulong index) => new(
        $"leader {append.From} of term {append.Term} contradicts entry {index}, which is committed or its own");

    private static bool IsWellFormed(Message.Append append)
    {
        var last = append.Previous;
        foreach (var entry in append.Entries)
        {
            if (entry.Index != last.Index + 1 || entry.Term < last.Term || entry.Term > append.Term
                || (entry.Kind == EntryKind.Membership && !MembershipCodec.TryDecode(entry.Payload.Span, out _)))
                return false;
            last = entry.Position;
        }
        return last.Term <= append.Term;
    }
}
