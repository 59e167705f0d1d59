using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Core;

/// <summary>What the parts of a <see cref="RaftCore"/> share, and the few ways in which it changes.</summary>
internal sealed class RaftState
{
    /// <summary>Last index that was handed out as committed.</summary>
    private ulong _handed;

    public RaftState(RaftOptions options, RecoveredState start)
    {
        options.Validate();
        Options = options;
        Log = new RaftLog(start.Snapshot, start.Entries);
        Disk = new FlushPlanner(Log, start.HardState);
        Snapshot = start.Snapshot;
        Commit = Applied = _handed = start.Snapshot.Index;
        Members = new MembershipHistory(start.Snapshot.Index, start.Membership);
        foreach (var entry in start.Entries)
        {
            if (entry.Kind == EntryKind.Membership && entry.Index > start.Snapshot.Index)
                Members.Append(entry.Index, MembershipCodec.Decode(entry.Payload.Span));
        }
        Timer = new ElectionTimer(options.ElectionTicks, options.Seed);
        Asked = new AskedReads(this);
    }

    public RaftOptions Options { get; }
    public RaftLog Log { get; }
    public FlushPlanner Disk { get; }
    public MembershipHistory Members { get; }
    public ElectionTimer Timer { get; }
    public Outbox Outbox { get; } = new();

    /// <summary>Reads that a follower asked the leader about.</summary>
    public AskedReads Asked { get; }

    public RaftRole Role { get; private set; }
    public MemberId Leader { get; private set; }

    /// <summary>All that a leader knows; gone with its office.</summary>
    public Leading? Leading { get; private set; }

    public ulong Commit { get; private set; }
    public ulong Applied { get; private set; }

    /// <summary>The newest snapshot on the disk.</summary>
    public LogPosition Snapshot { get; private set; }

    /// <summary>That snapshot cannot be read, and another is being taken.</summary>
    public bool IsSnapshotLost { get; private set; }

    /// <summary>Not null: this member forgot what it had acknowledged, and takes part in nothing any more.</summary>
    public string? LostData { get; private set; }

    public MemberId Self => Options.Self;
    public ulong Term => Disk.Current.Term;
    public bool IsVoter => Members.Effective.IsVoter(Self);

    /// <summary>A write takes so long that this member can promise nothing in time.</summary>
    public bool DiskIsStalled => Disk.IsStalled(Options.ElectionTicks);

    /// <summary>A newer term is known, its leader not.</summary>
    public void EnterTerm(ulong term) => StartTerm(term, MemberId.None, RaftRole.Follower);

    /// <summary>A term of its own, with its own vote.</summary>
    public void BecomeCandidate()
    {
        StartTerm(Term + 1, Self, RaftRole.Candidate);
        Timer.Restart();
    }

    public void BecomePreCandidate()
    {
        SetLeader(MemberId.None);
        Role = RaftRole.PreCandidate;
        Timer.Restart();
    }

    public void BecomeLeader()
    {
        Invariant.Require(Role == RaftRole.Candidate && Disk.IsBound, "only votes that are durable make a leader");
        Role = RaftRole.Leader;
        SetLeader(Self);
        Leading = new Leading(this);
        Leading.Begin();
    }

    /// <summary>The leader of this term spoke.</summary>
    public void Follow(MemberId leader)
    {
        Role = RaftRole.Follower;
        SetLeader(leader);
        Timer.Restart();
    }

    /// <summary>Gives up the office, in the same term.</summary>
    public void StepDown()
    {
        Role = RaftRole.Follower;
        SetLeader(MemberId.None);
        LeaveOffice();
    }

    /// <summary>Nobody was heard of for too long.</summary>
    public void ForgetLeader() => SetLeader(MemberId.None);

    public void VoteFor(MemberId candidate)
    {
        Disk.Current = Disk.Current with { Vote = candidate };
        if (!Disk.IsBound)
            Outbox.Hold();
        Timer.Restart();
    }

    public void CommitTo(ulong index)
    {
        Invariant.Require(index <= Log.Last.Index, "only what is there is committed");
        if (index <= Commit)
            return;
        Commit = index;
        Members.CommitTo(index);
    }

    /// <summary>The next entries that are committed and durable here, each once.</summary>
    public ImmutableArray<LogEntry> TakeCommitted()
    {
        var ready = Math.Min(Commit, Log.Durable);
        if (_handed >= ready || Disk.IsInstalling)
            return [];
        var entries = Log.Slice(_handed + 1, ready, Options.MaxAppendBytes, Options.MaxAppendEntries);
        _handed = entries[^1].Index;
        return entries;
    }

    public bool IsAllApplied => Applied == _handed;

    public void SetApplied(ulong index)
    {
        Invariant.Require(index <= _handed, "only what was handed out is applied");
        Applied = Math.Max(Applied, index);
    }

    /// <summary>A snapshot of the leader's took the place of state and log.</summary>
    public void Install(Message.SnapshotChunk last)
    {
        (Snapshot, IsSnapshotLost) = (last.Position, false);
        Commit = Applied = _handed = last.Position.Index;
        Members.Restart(last.Position.Index, last.Membership);
    }

    /// <param name="keepFrom">first index that is still wanted</param>
    public void SnapshotTaken(LogPosition position, ulong keepFrom)
    {
        if (position.Index < Snapshot.Index || (position.Index == Snapshot.Index && !IsSnapshotLost))
            return;
        Invariant.Require(position.Index <= Applied, "a snapshot stands for what is applied");
        (Snapshot, IsSnapshotLost) = (position, false);
        var from = Math.Min(keepFrom, position.Index + 1);
        Log.DropBelow(Leading?.KeepFrom(from) ?? from);
    }

    public void LoseSnapshot()
    {
        IsSnapshotLost = true;
        Outbox.AskForSnapshot();
    }

    public void LoseData(string what)
    {
        LostData = what;
        StepDown();
    }

    private void StartTerm(ulong term, MemberId vote, RaftRole role)
    {
        Invariant.Require(term > Term, "terms only grow");
        Disk.Current = new HardState(term, vote);
        Outbox.StartTerm();
        Role = role;
        SetLeader(MemberId.None);
        LeaveOffice();
    }

    private void LeaveOffice()
    {
        if (Leading is not { } leading)
            return;
        Leading = null;
        leading.End();
        Timer.Restart();
    }

    private void SetLeader(MemberId leader)
    {
        if (Leader == leader)
            return;
        Leader = leader;
        Asked.RefuseAll();
    }
}
