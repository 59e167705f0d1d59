using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Core;

/// <summary>One term of office: takes proposals, replicates, commits, answers reads.</summary>
internal sealed class Leading
{
    /// <summary>
    /// Heartbeats write nothing, so an idle leader whose disk hangs would be found out by the first who needs it.
    /// </summary>
    private const int DiskTrialPeriods = 2;

    private readonly RaftState _state;
    private readonly ProgressTable _table;
    private readonly Replication _replication;
    private readonly ReadRounds _reads;
    private readonly Handover _handover;
    private readonly Farewells _farewells;

    /// <summary>Index of the empty entry with which the office began.</summary>
    private ulong _start;

    /// <summary>Bytes of what is not committed yet.</summary>
    private long _uncommitted;

    /// <summary>Newest round: appends sent later carry it, and answers to them prove that they were.</summary>
    private ulong _round;

    private int _sinceHeartbeat;
    private bool _hasReplacedSnapshot;

    public Leading(RaftState state)
    {
        _state = state;
        _table = new ProgressTable(state);
        _replication = new Replication(state, _table);
        _reads = new ReadRounds(state);
        _handover = new Handover(state);
        _farewells = new Farewells(state, _table);
    }

    public IReadOnlyList<Progress> Members => _table.Members;

    private bool HasCommittedInTerm => _state.Commit >= _start;

    private int ElectionTicks => _state.Options.ElectionTicks;

    /// <summary>The first entry of the term: what is older is committed with it, and only with it.</summary>
    public void Begin()
    {
        _table.Update();
        _uncommitted = _state.Log.CostBetween(_state.Commit, _state.Log.Last.Index);
        Append(EntryKind.Empty, default);
        _start = _state.Log.Last.Index;
    }

    public void End() => _reads.RefuseAll();

    public void Tick()
    {
        var heartbeat = ++_sinceHeartbeat >= _state.Options.HeartbeatTicks;
        if (heartbeat)
            _sinceHeartbeat = 0;
        _replication.Tick(heartbeat);
        _handover.Tick();
        _farewells.Tick();
        if (_state.Members.Effective.Voters() > 1)
            _state.Disk.TryAfter(DiskTrialPeriods * ElectionTicks);
        if (_state.DiskIsStalled || !_table.HearsQuorum(ElectionTicks))
            _state.StepDown();
    }

    /// <summary>Sends what has come together since the last time.</summary>
    public void Send()
    {
        if (_reads.HasWaiting && HasCommittedInTerm)
            _reads.Begin(++_round);
        _replication.SendAll(_round);
        ConfirmReads();
    }

    public ProposeResult Propose(ReadOnlyMemory<byte> command)
    {
        if (_handover.IsUnderWay)
            return ProposeResult.Transferring;
        if (command.Length > _state.Options.MaxEntryBytes)
            return ProposeResult.TooLarge;
        var cost = RaftLog.CostOf(command.Length);
        if (_uncommitted > 0 && _uncommitted + cost > _state.Options.MaxUncommittedBytes)
            return ProposeResult.Overloaded;
        Append(EntryKind.Command, command);
        return ProposeResult.Accepted;
    }

    /// <summary>Somebody there waits for the commit of the newest entry.</summary>
    public void AwaitedBy(MemberId member) => _table.Find(member)?.Awaited = _state.Log.Last.Index;

    public ProposeResult ChangeMembership(Membership next)
    {
        if (_handover.IsUnderWay)
            return ProposeResult.Transferring;
        if (_state.Members.HasUncommitted || !HasCommittedInTerm)
            return ProposeResult.ChangeInProgress;
        if (!next.IsOneStepFrom(_state.Members.Effective) || !PromotesOnlyWhoIsThere(next))
            return ProposeResult.NotAllowed;
        Append(EntryKind.Membership, MembershipCodec.Encode(next));
        _state.Members.Append(_state.Log.Last.Index, next);
        _table.Update();
        _farewells.Begin();
        return ProposeResult.Accepted;
    }

    /// <param name="to">none: the voter that is furthest</param>
    public ProposeResult Transfer(MemberId to)
    {
        if (_handover.IsUnderWay)
            return ProposeResult.Transferring;
        if (to == _state.Self)
            return ProposeResult.Accepted;
        var progress = to.IsNone ? _table.BestVoter(ElectionTicks) : _table.FindVoter(to);
        if (progress is null)
            return ProposeResult.NotAllowed;
        _handover.Begin(progress);
        return ProposeResult.Accepted;
    }

    public void Read(MemberId from, ulong ticket) => _reads.Add(from, ticket);

    public void OnAppendReply(Message.AppendReply reply)
    {
        if (_table.Find(reply.From) is not { } progress)
            return;
        progress.Heard(Math.Min(reply.ReadRound, _round));
        var moved = _replication.OnReply(progress, reply);
        _handover.Advance();
        _farewells.OnReply(progress);
        ConfirmReads();
        if (moved)
            Commit();
    }

    public void OnSnapshotReply(Message.SnapshotReply reply)
    {
        if (_table.Find(reply.From) is not { } progress)
            return;
        progress.Heard(0);
        _replication.Snapshots.OnReply(progress, reply);
    }

    public void OnDurable() => Commit();

    /// <summary>
    /// First entry to keep when those below <paramref name="wanted"/> could go: those too that a member will need which
    /// gets a snapshot now or catches up, if they are few.
    /// </summary>
    public ulong KeepFrom(ulong wanted)
    {
        var needed = _replication.Snapshots.KeepFrom(wanted);
        var isCheap = needed >= wanted
            || _state.Log.CostBetween(needed - 1, wanted - 1) <= _state.Options.MaxUncommittedBytes;
        return isCheap ? needed : wanted;
    }

    public void SendChunk(SnapshotRead read, ReadOnlyMemory<byte> bytes, long total, Membership membership) =>
        _replication.Snapshots.Send(read, bytes, total, membership);

    /// <summary>
    /// A leader that cannot read its own snapshot takes another, of what is applied. When that cannot be read either,
    /// it cannot bring a member up to date: another may be able to.
    /// </summary>
    public void OnUnreadable(SnapshotRead read)
    {
        if (_replication.Snapshots.Unreadable(read) || _state.IsSnapshotLost)
            return;
        if (_hasReplacedSnapshot)
            Abdicate();
        else
            _state.LoseSnapshot();
        _hasReplacedSnapshot = true;
    }

    /// <summary>Its connection broke, and what was on its way is lost with it.</summary>
    public void OnPeerLost(MemberId peer)
    {
        if (_table.Find(peer) is { State: ProgressState.Replicating } progress)
            progress.Probe(progress.Match + 1);
    }

    private void Append(EntryKind kind, ReadOnlyMemory<byte> payload)
    {
        _state.Log.Append(new LogEntry(_state.Log.Last.Index + 1, _state.Term, kind, payload));
        _uncommitted += RaftLog.CostOf(payload.Length);
    }

    /// <summary>
    /// Counts who has what. Only entries of this term are committed by counting: an older one that a quorum has can
    /// still be overruled, until one of this term stands behind it.
    /// </summary>
    private void Commit()
    {
        var agreed = _table.Agreed(_state.Log.Durable, static progress => progress.Match);
        if (agreed <= _state.Commit || _state.Log.TermAt(agreed) != _state.Term)
            return;
        _uncommitted -= _state.Log.CostBetween(_state.Commit, agreed);
        Invariant.Require(_uncommitted >= 0, "what is committed was counted when it came");
        _state.CommitTo(agreed);
        if (_farewells.Expects(agreed))
            _farewells.OnCommitted(++_round);
        if (!_state.Members.HasUncommitted && !_state.IsVoter)
            Abdicate();
    }

    /// <summary>Leaves after the last news of the commit index; the best of the others stands at once.</summary>
    private void Abdicate()
    {
        Send();
        if (_table.BestVoter(ElectionTicks) is { } heir)
            _state.Outbox.Send(new Message.TimeoutNow(_state.Self, heir.Id, _state.Term));
        _state.StepDown();
    }

    private void ConfirmReads()
    {
        if (_reads.IsConfirming)
            _reads.Confirm(_table.Agreed(_round, static progress => progress.AnsweredRound));
    }

    /// <summary>A voter that lacks much would only hold up commits: it must be within one append.</summary>
    private bool PromotesOnlyWhoIsThere(Membership next)
    {
        foreach (var member in next.Members)
        {
            if (member.Votes && !_state.Members.Effective.IsVoter(member.Id) && !IsCaughtUp(member.Id))
                return false;
        }
        return true;
    }

    private bool IsCaughtUp(MemberId id)
    {
        if (_table.Find(id) is not { State: ProgressState.Replicating } progress || progress.Silent >= ElectionTicks)
            return false;
        var last = _state.Log.Last.Index;
        return progress.Match >= _state.Log.Base.Index
            && last - progress.Match <= (ulong)_state.Options.MaxAppendEntries
            && _state.Log.CostBetween(progress.Match, last) <= _state.Options.MaxAppendBytes;
    }
}
