namespace Orchestrator.Consensus.Core;

/// <summary>Asks for votes and gives them.</summary>
internal sealed class Election(RaftState state)
{
    private readonly HashSet<MemberId> _granted = [];

    /// <summary>
    /// A member that cannot keep a promise, since its disk hangs or its log is about to be replaced, leaves it
    /// to others.
    /// </summary>
    private bool MayStand => IsEntitled && !state.DiskIsStalled && !state.Disk.IsInstalling;

    /// <summary>
    /// Also when the newest membership takes its vote away, as long as that is not known to be committed: it may be the
    /// only one who has that entry, and then its log is so long that nobody else can win.
    /// </summary>
    private bool IsEntitled => state.IsVoter || state.Members.Previous.IsVoter(state.Self);

    /// <summary>The only voter has nobody to wait for.</summary>
    private bool IsAlone => state.Role == RaftRole.Follower && state.IsVoter && state.Members.Effective.Quorum() == 1;

    /// <summary>A leader is there: whoever asks for votes does not hear it, and would only disturb.</summary>
    public bool IsLed => state.Role == RaftRole.Leader || (!state.Leader.IsNone && state.Timer.IsFresh);

    public void Tick()
    {
        state.Timer.Tick();
        if (!state.Timer.IsOver && !IsAlone)
            return;
        if (MayStand)
            AskFirst();
        else
            state.ForgetLeader();
    }

    /// <summary>The leader hands over: stands at once.</summary>
    public void OnTimeoutNow(Message.TimeoutNow message)
    {
        if (state.Role == RaftRole.Follower && state.Leader == message.From && MayStand)
            Stand(isTransfer: true);
    }

    /// <summary>A vote that would only disturb the present leader does not even raise the term.</summary>
    public bool Ignores(Message message) => message is Message.Vote { IsTransfer: false } && IsLed;

    public void OnPreVote(Message.PreVote ask)
    {
        var granted = !IsLed && IsUpToDate(ask.Last) && (ask.Term > state.Term || MayVoteFor(ask.From));
        var term = granted ? ask.Term : state.Term;
        state.Outbox.SendFreely(new Message.PreVoteReply(state.Self, ask.From, term, granted));
    }

    public void OnVote(Message.Vote ask)
    {
        var granted = MayVoteFor(ask.From) && IsUpToDate(ask.Last);
        if (granted)
            state.VoteFor(ask.From);
        state.Outbox.Send(new Message.VoteReply(state.Self, ask.From, state.Term, granted));
    }

    public void OnPreVoteReply(Message.PreVoteReply reply)
    {
        if (reply.Granted && state.Role == RaftRole.PreCandidate && reply.Term == state.Term + 1)
            Count(reply.From);
    }

    public void OnVoteReply(Message.VoteReply reply)
    {
        if (reply.Granted && state.Role == RaftRole.Candidate)
            Count(reply.From);
    }

    /// <summary>Term and vote are durable: a candidate may count its own.</summary>
    public void OnBound()
    {
        if (state.Role == RaftRole.Candidate)
            Count(state.Self);
    }

    private void AskFirst()
    {
        state.BecomePreCandidate();
        _granted.Clear();
        SendToVoters(to => new Message.PreVote(state.Self, to, state.Term + 1, state.Log.Last));
        Count(state.Self);
    }

    private void Stand(bool isTransfer)
    {
        state.BecomeCandidate();
        _granted.Clear();
        SendToVoters(to => new Message.Vote(state.Self, to, state.Term, state.Log.Last, isTransfer));
    }

    private void Count(MemberId voter)
    {
        _granted.Add(voter);
        var votes = 0;
        foreach (var member in state.Members.Effective.Members)
            votes += member.Votes && _granted.Contains(member.Id) ? 1 : 0;
        if (votes < state.Members.Effective.Quorum())
            return;
        if (state.Role == RaftRole.PreCandidate)
            Stand(isTransfer: false);
        else if (state.Disk.IsBound)
            state.BecomeLeader();
    }

    private void SendToVoters(Func<MemberId, Message> ask)
    {
        foreach (var member in state.Members.Effective.Members)
        {
            if (!member.Votes || member.Id == state.Self)
                continue;
            var message = ask(member.Id);
            if (message is Message.PreVote)
                state.Outbox.SendFreely(message);
            else
                state.Outbox.Send(message);
        }
    }

    private bool MayVoteFor(MemberId candidate) =>
        state.Disk.Current.Vote == candidate || (state.Disk.Current.Vote.IsNone && state.Leader.IsNone);

    private bool IsUpToDate(LogPosition last) =>
        last.Term > state.Log.Last.Term || (last.Term == state.Log.Last.Term && last.Index >= state.Log.Last.Index);
}
