using Orchestrator.Consensus.Core;

namespace Orchestrator.Managers;

/// <summary>Brings the group to what is wanted: a voter for each node whose role is manager, and nobody else.</summary>
/// <remarks>
/// <para>
/// No step leaves fewer reachable voters than the group then needs. A forced demotion needs no exception from that:
/// to remove a voter that cannot be reached never costs margin (the quorum gets smaller or stays), and a removal that
/// leaves too few could not be agreed on anyway, since it needs those who are left. So force changes only what is
/// wanted, and what cannot be done now is done when the others are back or are removed themselves.
/// </para>
/// <para>
/// A learner that cannot be reached stays: it counts for nothing, and is gone when its node is demoted or removed, or
/// has come back as another member.
/// </para>
/// </remarks>
internal static class ManagerDecider
{
    private const string NotWanted = "its node is not a manager any more";

    /// <summary>The next step; null when all is as it should be, or a learner has yet to catch up.</summary>
    public static ManagerStep? Next(ManagerView view)
    {
        var unwanted = view.Membership.Members.Where(member => !view.IsWanted(member)).ToArray();
        return Replaced(view) is { } old ? new ManagerStep.Remove(old, "its node has come back as another member")
            : Removable(view, unwanted.Where(member => !member.Votes || !view.IsReachable(member))) is { } idle
                ? new ManagerStep.Remove(idle, NotWanted)
            : Promotable(view) is { } learner ? new ManagerStep.Promote(learner)
            : Removable(view, unwanted.Where(member => member.Id != view.Self)) is { } voter
                ? new ManagerStep.Remove(voter, NotWanted)
            : Removable(view, unwanted) is { } self ? new ManagerStep.HandOver(self)
            : unwanted is [var stays, ..] ? new ManagerStep.Wait(WhyNot(view, stays))
            : null;
    }

    /// <summary>A node that lost its disk is there as another member: the old one never comes back.</summary>
    private static Member? Replaced(ManagerView view) => Removable(view, view.Membership.Members
        .Where(member => !view.IsReachable(member) && view.OthersOf(member).Any(view.IsReachable)));

    private static Member? Removable(ManagerView view, IEnumerable<Member> members) =>
        members.FirstOrDefault(member => view.MarginWithout(member) >= 0);

    /// <summary>Never costs margin: the learner can be reached, so it brings the vote that is needed more.</summary>
    private static Member? Promotable(ManagerView view) => view.Membership.Members
        .FirstOrDefault(member => !member.Votes && view.IsWanted(member) && view.IsReachable(member)
            && view.CaughtUp.Contains(member.Id) && !view.OthersOf(member).Any());

    private static string WhyNot(ManagerView view, Member stays) => view.Membership.Voters() == 1
        ? $"node {stays.Node} is the last manager and stays one: promote another node first"
        : $"node {stays.Node} stays a manager for now: without it too few of the managers that are left could be "
            + "reached. Bring managers back, or demote those that never come back";
}
