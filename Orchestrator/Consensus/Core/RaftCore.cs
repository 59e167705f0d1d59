using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Core;

/// <summary>
/// One member of a Raft group, as a function of what it is told: it changes only inside these calls, and what it wants
/// done comes out of <see cref="TakeReady"/>. Called by one loop only.
/// </summary>
internal sealed class RaftCore
{
    /// <summary>
    /// A message raises the term by no more than this, which no group can be ahead by in earnest; a member that is
    /// further behind follows in steps. So nobody can use up all terms with one message.
    /// </summary>
    private const ulong MostTermsAtOnce = uint.MaxValue;

    private readonly RaftState _state;
    private readonly Election _election;
    private readonly SenderCheck _senders;
    private readonly Following _following;
    private readonly SnapshotIntake _intake;

    /// <exception cref="ArgumentException">an option is out of its range</exception>
    /// <exception cref="InvalidDataException">a membership in the log cannot be read</exception>
    public RaftCore(RaftOptions options, RecoveredState start)
    {
        _state = new RaftState(options, start);
        _election = new Election(_state);
        _senders = new SenderCheck(_state, _election);
        _following = new Following(_state);
        _intake = new SnapshotIntake(_state, start.Received);
    }

    public RaftRole Role => _state.Role;

    /// <summary>Who leads this term, as far as is known; none when nobody was heard of for too long.</summary>
    public MemberId Leader => _state.Leader;

    public ulong Term => _state.Term;
    public ulong CommitIndex => _state.Commit;
    public ulong AppliedIndex => _state.Applied;
    public LogPosition LastPosition => _state.Log.Last;
    public ulong DurableIndex => _state.Log.Durable;

    /// <summary>The newest in the log, which counts from when it is there.</summary>
    public Membership Membership => _state.Members.Effective;

    public Membership CommittedMembership => _state.Members.Committed;

    /// <summary>The one that counts again if <see cref="Membership"/> is undone; the same when it cannot be.</summary>
    public Membership PreviousMembership => _state.Members.Previous;

    /// <summary>Not null: this member forgot what it acknowledged, and takes part in nothing.</summary>
    public string? LostData => _state.LostData;

    /// <summary>What this leader knows of the others; empty at anybody else.</summary>
    public ImmutableArray<MemberProgress> Progress => _state.Leading is not { } leading
        ? []
        :
        [
            .. leading.Members.Select(member => new MemberProgress(
                member.Id, member.Match, member.State, member.Silent < _state.Options.ElectionTicks)),
        ];

    public void Tick()
    {
        if (_state.LostData is not null)
            return;
        _state.Disk.Tick();
        _state.Asked.Tick();
        if (_state.Leading is { } leading)
            leading.Tick();
        else
            _election.Tick();
    }

    /// <summary>A message came. Stale, doubled or unexpected ones have no effect.</summary>
    public void Step(Message message)
    {
        if (_state.LostData is not null || !_senders.IsHeard(message))
            return;
        if (message.Term < _state.Term)
            AnswerOldTerm(message);
        else if (message.Term == _state.Term || KeepsTerm(message))
            Dispatch(message);
        else if (message.Term - _state.Term > MostTermsAtOnce)
            _state.EnterTerm(_state.Term + MostTermsAtOnce);
        else if (!_election.Ignores(message))
        {
            _state.EnterTerm(message.Term);
            Dispatch(message);
        }
    }

    /// <summary>Appends to the leader's log. What becomes of it shows in <see cref="Ready.Committed"/>.</summary>
    public ProposeResult Propose(ReadOnlyMemory<byte> command) =>
        _state.Leading?.Propose(command) ?? ProposeResult.NoLeader;

    /// <summary>As <see cref="Propose"/>, at any member: a follower passes the command on.</summary>
    /// <param name="ticket">comes back in <see cref="Ready.Refused"/> when the leader does not take it</param>
    public ProposeResult Forward(ReadOnlyMemory<byte> command, ulong ticket)
    {
        if (_state.Leading is { } leading)
            return leading.Propose(command);
        if (_state.Leader.IsNone)
            return ProposeResult.NoLeader;
        if (command.Length > _state.Options.MaxEntryBytes)
            return ProposeResult.TooLarge;
        _state.Outbox.Send(
            new Message.Forward(_state.Self, _state.Leader, _state.Term, command) { Ticket = ticket });
        return ProposeResult.Accepted;
    }

    /// <summary>At the leader: the next membership, one step from the present one.</summary>
    public ProposeResult ChangeMembership(Membership next) =>
        _state.Leading?.ChangeMembership(next) ?? ProposeResult.NoLeader;

    /// <summary>At the leader: gives its office away, or goes on when that takes longer than an election.</summary>
    /// <param name="to">none: the voter that is furthest</param>
    public ProposeResult TransferLeadership(MemberId to) =>
        _state.Leading?.Transfer(to) ?? ProposeResult.NoLeader;

    /// <summary>Asks how far the state must be to be read. Answered once, in <see cref="Ready.Reads"/>.</summary>
    /// <param name="ticket">never used before</param>
    public void Read(ulong ticket)
    {
        if (_state.Leading is { } leading)
            leading.Read(_state.Self, ticket);
        else
            _state.Asked.Ask(ticket);
    }

    /// <summary>What is to be done now; ask again until it is empty.</summary>
    public Ready TakeReady()
    {
        _state.Leading?.Send();
        var committed = _state.TakeCommitted();
        return _state.Outbox.Drain(_state.Disk.Take(mayInstall: _state.IsAllApplied), committed);
    }

    /// <summary>That very write is durable; a snapshot in it is in place and its state restored.</summary>
    public void Flushed(Flush flush)
    {
        _state.Disk.Complete(flush);
        if (flush.Chunk is { } chunk)
            _intake.OnDurable(chunk, flush.Installs);
        if (_state.Disk.IsBound)
        {
            _state.Outbox.Release();
            _election.OnBound();
        }
        _following.OnDurable();
        _state.Leading?.OnDurable();
    }

    /// <summary>The state has everything up to <paramref name="index"/>.</summary>
    public void Applied(ulong index) => _state.SetApplied(index);

    /// <summary>A snapshot of this member's own state is durable.</summary>
    /// <param name="position">what it stands for: applied</param>
    /// <param name="keepFrom">entries below are not wanted in memory any more, if the snapshot has them</param>
    public void SnapshotTaken(LogPosition position, Membership membership, ulong keepFrom)
    {
        Invariant.Require(membership.IsWellFormed(), "a snapshot has the members of its position");
        _state.SnapshotTaken(position, keepFrom);
    }

    /// <summary>Answers <see cref="Ready.SnapshotReads"/>.</summary>
    /// <param name="total">bytes of the whole snapshot</param>
    /// <param name="membership">as of the snapshot's position</param>
    public void SendChunk(SnapshotRead read, ReadOnlyMemory<byte> bytes, long total, Membership membership) =>
        _state.Leading?.SendChunk(read, bytes, total, membership);

    /// <summary>The snapshot that was asked for is gone or damaged. See <see cref="Ready.WantsSnapshot"/>.</summary>
    public void SnapshotUnreadable(SnapshotRead read) => _state.Leading?.OnUnreadable(read);

    /// <summary>The connection to a peer broke: a hint that it may be gone, never a proof.</summary>
    public void PeerLost(MemberId peer)
    {
        _state.Leading?.OnPeerLost(peer);
        if (_state.Role == RaftRole.Follower && _state.Leader == peer)
            _state.Timer.Shorten();
    }

    /// <summary>Questions before a vote, and their granting answers, name a term that nobody is in yet.</summary>
    private static bool KeepsTerm(Message message) =>
        message is Message.PreVote or Message.PreVoteReply { Granted: true };

    /// <summary>The sender is told the newer term, whatever it wanted: so it can catch up.</summary>
    private void AnswerOldTerm(Message message)
    {
        var (self, to, term) = (_state.Self, message.From, _state.Term);
        Message? answer = message switch
        {
            Message.PreVote => new Message.PreVoteReply(self, to, term, Granted: false),
            Message.Vote => new Message.VoteReply(self, to, term, Granted: false),
            Message.Append or Message.SnapshotChunk =>
                new Message.AppendReply(self, to, term, Accepted: false, default, ReadRound: 0),
            Message.ReadIndex ask => new Message.ReadIndexReply(self, to, term, ask.Ticket, Index: 0),
            Message.Forward ask => new Message.ForwardRefused(self, to, term, ask.Ticket, ProposeResult.NoLeader),
            _ => null,
        };
        if (answer is not null)
            _state.Outbox.Send(answer);
    }

    private void Dispatch(Message message)
    {
        switch (message)
        {
            case Message.PreVote ask: _election.OnPreVote(ask); break;
            case Message.PreVoteReply reply: _election.OnPreVoteReply(reply); break;
            case Message.Vote ask: _election.OnVote(ask); break;
            case Message.VoteReply reply: _election.OnVoteReply(reply); break;
            case Message.TimeoutNow now: _election.OnTimeoutNow(now); break;
            case Message.Append append when MayLead(append.From): _following.OnAppend(append); break;
            case Message.SnapshotChunk chunk when MayLead(chunk.From): _intake.OnChunk(chunk); break;
            case Message.AppendReply reply: _state.Leading?.OnAppendReply(reply); break;
            case Message.SnapshotReply reply: _state.Leading?.OnSnapshotReply(reply); break;
            case Message.ReadIndex ask: OnReadIndex(ask); break;
            case Message.ReadIndexReply reply: _state.Asked.OnReply(reply); break;
            case Message.Forward ask: OnForward(ask); break;
            case Message.ForwardRefused refused:
                _state.Outbox.Refuse(new RefusedForward(refused.Ticket, refused.Why));
                break;
        }
    }

    /// <summary>A term has one leader; anybody else who claims to be is not heard.</summary>
    private bool MayLead(MemberId from) =>
        _state.Role != RaftRole.Leader && (_state.Leader.IsNone || _state.Leader == from);

    private void OnReadIndex(Message.ReadIndex ask)
    {
        if (_state.Leading is { } leading)
            leading.Read(ask.From, ask.Ticket);
        else
            _state.Outbox.Send(
                new Message.ReadIndexReply(_state.Self, ask.From, _state.Term, ask.Ticket, Index: 0));
    }

    private void OnForward(Message.Forward ask)
    {
        var result = Propose(ask.Command);
        _state.Leading?.AwaitedBy(ask.From);
        if (result != ProposeResult.Accepted)
            _state.Outbox.Send(new Message.ForwardRefused(_state.Self, ask.From, _state.Term, ask.Ticket, result));
    }
}
