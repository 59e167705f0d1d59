using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>
/// The one loop of a member: ticks, ends of disk work, messages and wishes go into the core; what the core wants comes
/// out, and is written, sent, applied and answered. Nothing in it waits for the disk or for a peer.
/// </summary>
/// <remarks>Groups commits without lingering: what comes while one flush is under way shares the next.</remarks>
internal sealed class NodeLoop
{
    // No flood keeps ticks from being counted, nor messages from being heard: all others would be taken for lost.
    private const int MessagesPerTurn = 512;
    private const int AppliedBytesPerTurn = 1024 * 1024;

    private readonly NodeParts _parts;
    private readonly RaftNodeOptions _options;
    private readonly RaftCore _core;
    private readonly NodeDisk _disk;
    private readonly LeadershipKeeper _leadership = new();
    private readonly OutstandingProposals _proposals;
    private readonly OutstandingReads _reads;
    private readonly OutstandingChanges _changes;
    private readonly LogApplier _applier;
    private readonly LeaderSearch _search;
    private readonly StatusView _view;
    private (Membership? Now, Membership? Before) _followed;
    private LeaderInTerm _leader;
    private long _now;

    public NodeLoop(NodeParts parts)
    {
        (_parts, _options) = (parts, parts.Options);
        (_core, _disk) = (parts.Core, parts.Disk);
        _proposals = new OutstandingProposals(_options, parts.Ids.NextNumber(), parts.Start.Position.Index);
        _reads = new OutstandingReads(_options, (ulong)parts.Ids.NextNumber());
        _changes = new OutstandingChanges(_options);
        _applier = new LogApplier(parts, _leadership, _proposals, _changes);
        _search = new LeaderSearch(parts);
        _view = new StatusView(parts);
    }

    /// <summary>Returns when cancelled, after the flush under way; throws when the member can never go on.</summary>
    /// <exception cref="LogException">the disk failed or an entry cannot be applied: end the process</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        using var clock = new TickClock(_parts.Time, _options.Tick, _parts.Wake.Set);
        try
        {
            Turn(clock);
            while (true)
            {
                await _parts.Wake.WaitAsync(ct);
                Turn(clock);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await FinishAsync();
        }
    }

    /// <summary>Nothing more is decided or answered here.</summary>
    public async Task CloseAsync(string reason)
    {
        _leadership.End();
        _proposals.FailAll(ProposalFailure.ShuttingDown, reason);
        _reads.FailAll(ProposalFailure.ShuttingDown, reason);
        _changes.FailAll(NodeInbox.Closed(reason));
        await _leadership.EndedAsync();
    }

    private void Turn(TickClock clock)
    {
        Tick(clock.Take(_options.ElectionTicks));
        _disk.Finish();
        TakeMessages();
        NoteLeader(); // first: what is taken now goes to the leader there is now
        TakeRequests();
        TakeProposals();
        if (DoWhatTheCoreWants())
            _parts.Wake.Set();
        _applier.TakeSnapshotIfDue();
        _view.Show(_applier.Index, _leadership.Current);
        _reads.Complete(_applier.Index); // last: whoever waits for it sees the members of that index too
    }

    /// <summary>A stop lets the flush under way come to its end, and answers it, but does not wait for ever.</summary>
    private async Task FinishAsync()
    {
        try
        {
            await _disk.Idle.WaitAsync(_options.StopGrace, _parts.Time, CancellationToken.None);
        }
        catch (TimeoutException e)
        {
            throw new LogException(LogFailure.Stalled, $"the disk under {_options.Directory} did not finish a write "
                + $"within {_options.StopGrace.TotalSeconds:0.#} s. The manager stops without it.", e);
        }
        _disk.Finish();
        while (DoWhatTheCoreWants()) { } // nobody is to be heard any more
        _reads.Complete(_applier.Index);
    }

    private void Tick(int ticks)
    {
        _now += ticks;
        for (var i = 0; i < ticks; i++)
            _core.Tick();
        HurryAlone();
        _search.Look(_now);
        if (ticks == 0)
            return;
        _view.Tick();
        _proposals.Tick(_now, _core.Role == RaftRole.Leader);
        _reads.Tick(_now);
        _changes.Tick(_now);
        if (_search.GivesUpBecause(_now) is { } why)
            GiveUp(why);
        _proposals.SendParked(_core, _now);
        _reads.Ask(_core, _now);
    }

    /// <summary>The only voter need not wait for a sign of anybody.</summary>
    private void HurryAlone()
    {
        if (!IsOnlyVoter())
            return;
        for (var i = 0; i <= _options.LongestElectionTicks && _core.Role == RaftRole.Follower; i++)
            _core.Tick();
    }

    private bool IsOnlyVoter() => _core.Membership.Voters() == 1 && _core.Membership.IsVoter(_parts.Self);

    private void TakeMessages()
    {
        while (_parts.Inbox.TryTake(out MemberId lost))
            _core.PeerLost(lost);
        for (var i = 0; i < MessagesPerTurn; i++)
        {
            if (!_parts.Inbox.TryTake(out Message message))
                return;
            _core.Step(message);
        }
        _parts.Wake.Set();
    }

    private void TakeRequests()
    {
        while (_parts.Inbox.TryTake(out NodeRequest? request))
        {
            if (request is NodeRequest.Change change)
                _changes.Take(change, _core, _now);
            else if (request is NodeRequest.Call call)
                call.Run(_core);
            else if (request is NodeRequest.Read read && _search.HopelessBecause(_now) is { } why)
                read.Fail(new ProposalException(ProposalFailure.NoLeader, why));
            else if (request is NodeRequest.Read hopeful)
                _reads.Take(hopeful, _now);
        }
        _reads.Ask(_core, _now);
    }

    private void TakeProposals()
    {
        while (_proposals.HasRoom && _parts.Inbox.TryTake(out Proposal? proposal))
        {
            if (proposal.IsWithdrawn)
                continue;
            if (_search.HopelessBecause(_now) is { } why)
                proposal.Fail(new ProposalException(ProposalFailure.NoLeader, why));
            else
                _proposals.Take(proposal, _core, _now);
        }
    }

    /// <returns>whether more is left to do: enough for one turn was applied</returns>
    private bool DoWhatTheCoreWants()
    {
        for (var applied = 0L; applied < AppliedBytesPerTurn;)
        {
            var ready = _core.TakeReady();
            NoteLeader();
            FollowMembers();
            if (ready.IsEmpty)
                return false;
            foreach (var message in ready.Messages)
                _parts.Transport.Send(message);
            if (ready.Flush is { } flush)
                _disk.Save(flush, installed => Flushed(flush, installed));
            foreach (var refused in ready.Refused)
                _proposals.Refuse(refused.Ticket, refused.Why);
            applied += _applier.Apply(ready);
            foreach (var answer in ready.Reads)
                _reads.Answer(answer);
            foreach (var read in ready.SnapshotReads)
                _disk.ReadChunk(read, chunk => SendChunk(read, chunk));
        }
        return true;
    }

    /// <summary>Ends an office that is lost, and hands what is under way to a new leader.</summary>
    private void NoteLeader()
    {
        _leadership.Check(_core);
        var leader = new LeaderInTerm(_core.Leader, _core.Term);
        if (leader == _leader)
            return;
        _leader = leader;
        _proposals.ParkAll();
        _proposals.SendParked(_core, _now);
        _reads.Ask(_core, _now);
    }

    /// <summary>Who is removed is a member until that is committed: the others may need it to get there.</summary>
    private void FollowMembers()
    {
        var (now, before) = (_core.Membership, _core.PreviousMembership);
        if (!ReferenceEquals(_followed.Now, now) || !ReferenceEquals(_followed.Before, before))
            _parts.Transport.Follow(now.With(before));
        _followed = (now, before);
    }

    private void Flushed(Flush flush, InstalledSnapshot? installed)
    {
        if (installed is not null)
            _applier.Install(installed);
        _core.Flushed(flush);
    }

    private void SendChunk(SnapshotRead read, SnapshotPiece? chunk)
    {
        if (chunk is null)
            _core.SnapshotUnreadable(read);
        else
            _core.SendChunk(read, chunk.Bytes, chunk.Total, chunk.Membership);
    }

    private void GiveUp(string why)
    {
        _proposals.FailAll(ProposalFailure.NoLeader, why);
        _reads.FailAll(ProposalFailure.NoLeader, why);
    }

    private readonly record struct LeaderInTerm(MemberId Leader, ulong Term);
}
