using Orchestrator.Consensus.Core;
using static Orchestrator.Tests.Consensus.Core.One;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>The rules of membership changes, one by one.</summary>
[TestFixture]
internal sealed class MembershipRuleTests
{
    private static readonly MemberId Four = new(4);

    [Test]
    public void Nothing_changes_before_an_entry_of_the_leaders_own_term_is_committed()
    {
        var one = new One().Leads();
        Assert.That(Remove(one, Three), Is.EqualTo(ProposeResult.ChangeInProgress));
        one.Acknowledged(1, Two);
        Assert.That(Remove(one, Three), Is.EqualTo(ProposeResult.Accepted));
    }

    [Test]
    public void One_change_at_a_time()
    {
        var one = Established();
        Assert.That(Remove(one, Three), Is.EqualTo(ProposeResult.Accepted));
        Assert.That(Remove(one, Two), Is.EqualTo(ProposeResult.ChangeInProgress));
    }

    [Test]
    public void A_change_counts_when_it_is_in_the_log()
    {
        var one = Established();
        Remove(one, Three);
        Assert.That(one.Core.Membership.Quorum(), Is.EqualTo(2));
        Assert.That(one.Core.Membership.Find(Three), Is.Null);
        Assert.That(one.Core.CommittedMembership.Find(Three), Is.Not.Null);
    }

    [Test]
    public void A_change_is_undone_with_the_entry_that_is_cut()
    {
        var one = new One(new HardState(1, MemberId.None));
        one.Hears(Append(1, default, 0, Entry(1, 1, Voters(1, 2, 3).Remove(Three))));
        Assert.That(one.Core.Membership.Find(Three), Is.Null);
        one.Hears(Append(2, default, 0, Entry(1, 2)));
        Assert.That(one.Core.Membership.Find(Three), Is.Not.Null);
    }

    [Test]
    public void A_restart_finds_the_change_in_the_log()
    {
        var one = new One(log: [Entry(1, 0, Voters(1, 2, 3).Remove(Three))]);
        Assert.That(one.Core.Membership.Find(Three), Is.Null);
        Assert.That(one.Core.CommittedMembership.Find(Three), Is.Not.Null);
    }

    [Test]
    public void A_learner_counts_for_nothing()
    {
        var one = Established();
        one.Core.ChangeMembership(one.Core.Membership.Add(Four, "node-4", "host-4"));
        one.Says();
        one.Flushes();
        one.Acknowledged(2, Four);
        Assert.That(one.Core.CommitIndex, Is.EqualTo(1));
        one.Acknowledged(2, Two);
        Assert.That(one.Core.CommitIndex, Is.EqualTo(2));
    }

    [Test]
    public void A_learner_is_promoted_only_when_it_is_within_one_append()
    {
        var one = Established(options => options with { MaxAppendBytes = 1000, MaxInflightBytes = 2000 });
        one.Core.ChangeMembership(one.Core.Membership.Add(Four, "node-4", "host-4"));
        one.Says();
        one.Flushes();
        one.Acknowledged(2, Two);
        one.Acknowledged(2, Four);
        one.Core.Propose(new byte[5000]);
        one.Says();
        Assert.That(Promote(one), Is.EqualTo(ProposeResult.NotAllowed));
        one.Acknowledged(3, Four);
        Assert.That(Promote(one), Is.EqualTo(ProposeResult.Accepted));
    }

    [Test]
    public void A_leader_that_removes_itself_does_not_count_itself_and_goes_when_it_is_committed()
    {
        var one = Established();
        Remove(one, Self);
        one.Says();
        one.Flushes();
        one.Acknowledged(2, Two);
        Assert.That((one.Core.CommitIndex, one.Core.Role), Is.EqualTo((1UL, RaftRole.Leader)));
        var said = one.Acknowledged(2, Three);
        Assert.That((one.Core.CommitIndex, one.Core.Role), Is.EqualTo((2UL, RaftRole.Follower)));
        Assert.That(said.OfType<Message.Append>().Select(append => append.Commit), Is.EqualTo(new[] { 2UL, 2UL }));
        Assert.That(said.OfType<Message.TimeoutNow>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void A_removed_member_is_sent_to_until_it_knows_and_not_for_ever()
    {
        var one = Established();
        one.Acknowledged(1, Three);
        Remove(one, Three);
        one.Says();
        one.Flushes();
        var told = one.Acknowledged(2, Two).OfType<Message.Append>().Single(append => append.To == Three);
        Assert.That(told.Commit, Is.EqualTo(2));
        Assert.That(one.Core.Progress.Select(progress => progress.Id), Does.Contain(Three));
        one.Acknowledged(2, Three, told.ReadRound);
        Assert.That(one.Core.Progress.Select(progress => progress.Id), Is.EqualTo(new[] { Two }));
    }

    [Test]
    public void A_removed_member_that_never_answers_is_given_up()
    {
        var one = Established();
        Remove(one, Three);
        one.Says();
        one.Flushes();
        one.Acknowledged(2, Two);
        for (var tick = 0; tick < 2 * CoreGroup.ElectionTicks; tick++)
        {
            one.Acknowledged(2, Two);
            one.Ticks(1);
        }
        Assert.That(one.Core.Progress.Select(progress => progress.Id), Is.EqualTo(new[] { Two }));
    }

    [Test]
    public void A_removed_member_with_a_newer_term_does_not_disturb()
    {
        var one = Established();
        Remove(one, Three);
        one.Says();
        one.Flushes();
        one.Acknowledged(2, Two);
        one.Hears(new Message.AppendReply(Three, Self, 9, Accepted: false, default, 0));
        Assert.That((one.Core.Role, one.Core.Term), Is.EqualTo((RaftRole.Leader, 1UL)));
    }

    private static IEnumerable<Message> WhatAStrangerSays =>
    [
        new Message.Append(Four, Self, 9, default, [Entry(1, 9)], Commit: 0, ReadRound: 0),
        new Message.SnapshotChunk(Four, Self, 9, new LogPosition(5, 1), 0, 8, new byte[4]) { Membership = Voters(1, 4) },
        new Message.Vote(Four, Self, 9, new LogPosition(9, 9), IsTransfer: false),
    ];

    private static IEnumerable<Message> WhatNoStrangerSays =>
    [
        new Message.Vote(Four, Self, 9, new LogPosition(9, 9), IsTransfer: true),
        new Message.AppendReply(Four, Self, 9, Accepted: false, default, 0),
        new Message.SnapshotReply(Four, Self, 9, default, 0, Installed: false),
        new Message.VoteReply(Four, Self, 9, Granted: false),
        new Message.TimeoutNow(Four, Self, 9),
        new Message.Forward(Four, Self, 9, new byte[1]),
        new Message.ReadIndex(Four, Self, 9, 1),
    ];

    [TestCaseSource(nameof(WhatAStrangerSays)), TestCaseSource(nameof(WhatNoStrangerSays))]
    public void A_stranger_moves_nobody_who_leads_or_hears_of_a_leader(Message message)
    {
        var leader = Established();
        Assert.That(leader.Hears(message), Is.Empty);
        Assert.That((leader.Core.Role, leader.Core.Term), Is.EqualTo((RaftRole.Leader, 1UL)));
        var follower = new One(new HardState(1, MemberId.None));
        follower.Hears(Append(1, default));
        Assert.That(follower.Hears(message), Is.Empty);
        Assert.That((follower.Core.Leader, follower.Core.Term), Is.EqualTo((Two, 1UL)));
    }

    [TestCaseSource(nameof(WhatAStrangerSays))]
    public void Without_a_leader_a_stranger_may_be_one_that_this_member_has_not_heard_of_yet(Message message)
    {
        var one = new One(new HardState(1, MemberId.None));
        one.Hears(message);
        Assert.That(one.Core.Term, Is.EqualTo(9UL));
    }

    [TestCaseSource(nameof(WhatNoStrangerSays))]
    public void Without_a_leader_too_a_stranger_can_do_no_more_than_it_must(Message message)
    {
        var one = new One(new HardState(1, MemberId.None));
        Assert.That(one.Hears(message), Is.Empty);
        Assert.That(one.Core.Term, Is.EqualTo(1UL));
    }

    [Test]
    public void A_leader_that_is_not_known_is_answered_as_long_as_it_leads()
    {
        var one = new One(new HardState(1, MemberId.None));
        one.Hears(new Message.Append(Four, Self, 2, default, [Entry(1, 2)], Commit: 0, ReadRound: 0));
        one.Flushes();
        var said = one.Hears(new Message.Append(Four, Self, 2, new LogPosition(1, 2), [], Commit: 1, ReadRound: 0));
        Assert.That(said.Single(), Is.InstanceOf<Message.AppendReply>());
        Assert.That((one.Core.Leader, one.Core.CommitIndex), Is.EqualTo((Four, 1UL)));
    }

    [Test]
    public void A_member_whose_removal_may_be_uncommitted_can_still_lead()
    {
        var before = Voters(1, 2, 3);
        var one = new One(membership: Voters(2, 3), log: [Entry(1, 0, before), Entry(2, 0, before.Remove(Self))]);
        one.Ticks(2 * CoreGroup.ElectionTicks - 1);
        one.Hears(new Message.PreVoteReply(Two, Self, 1, Granted: true));
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.PreCandidate), "it does not count itself");
        one.Hears(new Message.PreVoteReply(Three, Self, 1, Granted: true));
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.Candidate));
    }

    [Test]
    public void A_member_whose_removal_is_committed_does_not_stand()
    {
        var one = new One(new HardState(1, MemberId.None));
        one.Hears(Append(1, default, 1, Entry(1, 1, Voters(1, 2, 3).Remove(Self))));
        one.Flushes();
        one.Ticks(10 * CoreGroup.ElectionTicks);
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.Follower));
    }

    [Test]
    public void A_host_without_a_membership_takes_what_a_leader_sends_and_stands_for_nothing()
    {
        var one = new One(membership: new Membership { Incarnation = 7 });
        Assert.That(one.Ticks(5 * CoreGroup.ElectionTicks), Is.Empty);
        one.Hears(Append(1, default, 1, Entry(1, 1)));
        one.Flushes();
        Assert.That(one.Core.CommitIndex, Is.EqualTo(1));
    }

    private static One Established(Func<RaftOptions, RaftOptions>? adjust = null)
    {
        var one = new One(adjust: adjust).Leads();
        one.Acknowledged(1, Two);
        return one;
    }

    private static ProposeResult Remove(One one, MemberId id) =>
        one.Core.ChangeMembership(one.Core.Membership.Remove(id));

    private static ProposeResult Promote(One one) => one.Core.ChangeMembership(one.Core.Membership.Promote(Four));
}
