using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus;

/// <summary>
/// Changes who belongs to the managers' group, one step at a time. Only the leader can; each call completes when the
/// managers have agreed and this one has seen it.
/// </summary>
internal sealed class MembershipChanges(RaftNode node)
{
    /// <summary>The member gets the log from now on and has no vote.</summary>
    /// <exception cref="MembershipException">not done, or not known to be</exception>
    public Task AddLearnerAsync(Member member, CancellationToken ct) =>
        node.ChangeAsync(core =>
        {
            if (core.Membership.Find(member.Id) is not null || core.Membership.HasRemoved(member.Id))
                throw Refused(core, ProposeResult.NotAllowed);
            return Ask(core, core.Membership.Add(member.Id, member.Node, member.Address));
        }, ct);

    /// <summary>Gives a learner a vote, when its log is almost complete.</summary>
    /// <exception cref="MembershipException">not done, or not known to be</exception>
    public Task PromoteAsync(MemberId id, CancellationToken ct) => node.ChangeAsync(core =>
    {
        var learner = Known(core, id);
        var match = core.Progress.FirstOrDefault(each => each.Id == id).Match;
        var behind = core.LastPosition.Index - Math.Min(match, core.LastPosition.Index);
        return Ask(core, core.Membership.Promote(id), why => why == ProposeResult.NotAllowed && !learner.Votes
            ? new MembershipException(MembershipFailure.NotCaughtUp, $"manager {learner.Node} is {behind} entries "
                + "behind and would hold up the others: wait until it has caught up, and see that it can be reached")
            : null);
    }, ct);

    /// <summary>Takes a voter's vote; it stays a learner.</summary>
    /// <param name="force">even if too few of the voters that are left can be reached</param>
    /// <exception cref="MembershipException">not done, or not known to be</exception>
    public Task DemoteAsync(MemberId id, bool force, CancellationToken ct) =>
        ShrinkAsync(id, members => members.Demote(id), force, ct);

    /// <summary>For ever: a host that comes back comes as another member.</summary>
    /// <param name="force">even if too few of the voters that are left can be reached</param>
    /// <exception cref="MembershipException">not done, or not known to be</exception>
    public Task RemoveAsync(MemberId id, bool force, CancellationToken ct) =>
        ShrinkAsync(id, members => members.Remove(id), force, ct);

    /// <exception cref="MembershipException">not done, or not known to be</exception>
    public Task ChangeAddressAsync(MemberId id, string address, CancellationToken ct) =>
        node.ChangeAsync(core =>
        {
            Known(core, id);
            return Ask(core, core.Membership.WithAddress(id, address));
        }, ct);

    /// <summary>Completes when another member leads.</summary>
    /// <param name="to"><see cref="MemberId.None"/>: the one whose log is the most complete</param>
    /// <exception cref="MembershipException">it stays with this member</exception>
    public async Task TransferLeadershipAsync(MemberId to, CancellationToken ct)
    {
        var before = node.Status;
        await node.CallAsync(core =>
        {
            if (core.TransferLeadership(to) is var answer and not ProposeResult.Accepted)
                throw Refused(core, answer);
        }, ct);
        using var limit = new CancellationTokenSource(node.TransferLimit, node.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await foreach (var status in node.WatchAsync(either.Token))
                if (status.Term > before.Term && !status.Leader.IsNone && status.Leader != before.Self)
                    return;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new MembershipException(MembershipFailure.NotAllowed, "no other manager took over in time: see that "
                + "the others run, can be reached and have the whole log, then try again");
        }
    }

    private Task ShrinkAsync(MemberId id, Func<Membership, Membership> change, bool force, CancellationToken ct) =>
        node.ChangeAsync(core =>
        {
            Known(core, id);
            var next = change(core.Membership);
            var margin = QuorumMargin.Of(next, member => node.IsReachable(member.Id));
            if (margin < 0 && !force)
                throw new MembershipException(MembershipFailure.NoQuorumLeft, "of the managers with a vote that would "
                    + $"be left, {-margin} too few can be reached to decide anything. Bring managers back first, or "
                    + "use force if they never come back");
            return Ask(core, next);
        }, ct);

    private static Member Known(RaftCore core, MemberId id) =>
        core.Membership.Find(id)
        ?? throw new MembershipException(MembershipFailure.NotAllowed, $"there is no manager with the member id {id}");

    private static LogPosition Ask(
        RaftCore core, Membership next, Func<ProposeResult, MembershipException?>? special = null)
    {
        var answer = core.ChangeMembership(next);
        return answer == ProposeResult.Accepted
            ? core.LastPosition
            : throw special?.Invoke(answer) ?? Refused(core, answer);
    }

    private static MembershipException Refused(RaftCore core, ProposeResult why) => why switch
    {
        ProposeResult.NoLeader => new MembershipException(MembershipFailure.NotLeader,
            "this manager does not lead: ask the leader" + LeaderText(core)),
        ProposeResult.ChangeInProgress or ProposeResult.Transferring or ProposeResult.Overloaded =>
            new MembershipException(MembershipFailure.ChangeInProgress,
                "another change of the managers is under way, or the leader is new: try again in a moment"),
        _ => new MembershipException(MembershipFailure.NotAllowed, "this change of the managers is not allowed: one "
            + "manager at a time, at least one with a vote stays, and who was removed never comes back"),
    };

    private static string LeaderText(RaftCore core) =>
        core.Membership.Find(core.Leader) is { } leader
            ? $", which is node {leader.Node} at {leader.Address}"
            : "";
}
