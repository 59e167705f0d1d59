using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus;

/// <summary>Callers who wait for an entry of the leader to be applied here. Used by the node's loop only.</summary>
internal sealed class OutstandingChanges(RaftNodeOptions options)
{
    private readonly List<Waiting> _all = [];

    /// <summary>Asks the core now; what it refuses fails at once.</summary>
    public void Take(NodeRequest.Change change, RaftCore core, long now)
    {
        change.TakenAt = now;
        try
        {
            _all.Add(new Waiting(change.Ask(core), change));
        }
        catch (MembershipException e)
        {
            change.Fail(e);
        }
    }

    /// <summary>An entry came out of the log, or a snapshot put it behind us.</summary>
    public void Complete(LogPosition applied)
    {
        if (_all.Count == 0)
            return;
        foreach (var (position, change) in _all.Where(waiting => waiting.Position.Index <= applied.Index))
        {
            if (position == applied)
                change.Complete();
            else
                change.Fail(Lost());
        }
        _all.RemoveAll(waiting => waiting.Position.Index <= applied.Index);
    }

    /// <summary>Time passed: gives up what waited for too long.</summary>
    public void Tick(long now)
    {
        foreach (var (_, change) in _all.Where(each => IsTooOld(each, now)))
            change.Fail(Lost());
        _all.RemoveAll(each => each.Change.IsWithdrawn || IsTooOld(each, now));
    }

    public void FailAll(Exception reason)
    {
        foreach (var (_, change) in _all)
            change.Fail(reason);
        _all.Clear();
    }

    private bool IsTooOld(Waiting waiting, long now) =>
        now - waiting.Change.TakenAt > options.TicksOf(options.ProposalTimeout);

    private static MembershipException Lost() => new(MembershipFailure.LeadershipLost,
        "the leader changed before the managers agreed on the change: look at the list of managers, then try again");

    private readonly record struct Waiting(LogPosition Position, NodeRequest.Change Change);
}
