using Orchestrator.Consensus.Core;
using static Orchestrator.Tests.Consensus.Core.One;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>The rules of elections, one by one.</summary>
public sealed class VotingRuleTests
{
    [Test]
    public void A_vote_leaves_only_when_it_is_durable()
    {
        var one = new One();
        Assert.That(one.Hears(AskOf(Two, term: 1)), Is.Empty);
        Assert.That(one.Pending!.HardState, Is.EqualTo(new HardState(1, Two)));
        Assert.That(one.Flushes(), Is.EqualTo(new[] { new Message.VoteReply(Self, Two, 1, Granted: true) }));
    }

    [Test]
    public void Nobody_can_use_up_the_terms_with_one_message_and_who_is_far_behind_follows_in_steps()
    {
        var one = new One();
        one.Hears(AskOf(Two, ulong.MaxValue));
        Assert.That((one.Core.Term, one.Pending!.HardState), Is.EqualTo(((ulong)uint.MaxValue, new HardState(uint.MaxValue, MemberId.None))));
        one.Flushes();
        var far = (2UL * uint.MaxValue) + 1;
        one.Hears(AskOf(Two, far));
        one.Flushes();
        one.Hears(AskOf(Two, far));
        Assert.That(one.Flushes(), Is.EqualTo(new[] { new Message.VoteReply(Self, Two, far, Granted: true) }));
    }

    [Test]
    public void A_member_votes_once_in_a_term()
    {
        var one = new One();
        one.Hears(AskOf(Two, term: 1));
        one.Flushes();
        Assert.That(Granted(one.Hears(AskOf(Three, term: 1))), Is.False);
        Assert.That(Granted(one.Hears(AskOf(Two, term: 1))), Is.True);
    }

    [Test]
    public void A_restart_does_not_forget_the_vote()
    {
        var one = new One(new HardState(1, Two));
        Assert.That(Granted(one.Hears(AskOf(Three, term: 1))), Is.False);
    }

    [TestCase(2UL, 1UL, false)]
    [TestCase(1UL, 2UL, false)]
    [TestCase(2UL, 2UL, true)]
    [TestCase(1UL, 3UL, true)]
    public void A_candidate_whose_log_is_older_gets_no_vote(ulong index, ulong term, bool granted)
    {
        var one = new One(new HardState(2, MemberId.None), [Entry(1, 1), Entry(2, 2)]);
        one.Hears(new Message.Vote(Two, Self, 9, new LogPosition(index, term), IsTransfer: false));
        Assert.That(Granted(one.Flushes()), Is.EqualTo(granted));
    }

    [Test]
    public void A_vote_of_a_term_that_is_over_is_not_sent()
    {
        var one = new One();
        one.Hears(AskOf(Two, term: 1));
        one.Hears(AskOf(Three, term: 2));
        Assert.That(one.Flushes(), Is.Empty);
        Assert.That(one.Flushes(), Is.EqualTo(new[] { new Message.VoteReply(Self, Three, 2, Granted: true) }));
    }

    [Test]
    public void A_candidate_counts_its_own_vote_only_when_it_is_durable()
    {
        var one = new One();
        while (one.Core.Role == RaftRole.Follower)
            one.Ticks(1);
        one.Hears(new Message.PreVoteReply(Two, Self, 1, Granted: true));
        one.Hears(new Message.VoteReply(Two, Self, 1, Granted: true));
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.Candidate));
        one.Flushes();
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.Leader));
    }

    [Test]
    public void A_pre_vote_binds_nobody_and_is_not_written()
    {
        var one = new One();
        foreach (var candidate in new[] { Two, Three })
            Assert.That(Granted(one.Hears(new Message.PreVote(candidate, Self, 5, default))), Is.True);
        Assert.That((one.Core.Term, one.Pending), Is.EqualTo((0UL, (Flush?)null)));
    }

    [Test]
    public void Who_hears_a_leader_supports_nobody_else_and_keeps_its_term()
    {
        var one = new One();
        one.Hears(Append(1, default));
        one.Flushes();
        Assert.That(Granted(one.Hears(new Message.PreVote(Three, Self, 2, default))), Is.False);
        Assert.That(one.Hears(AskOf(Three, term: 7)), Is.Empty);
        Assert.That(one.Core.Term, Is.EqualTo(1));
    }

    [Test]
    public void A_transfer_is_supported_though_the_leader_was_heard()
    {
        var one = new One();
        one.Hears(Append(1, default));
        one.Flushes();
        one.Hears(new Message.Vote(Three, Self, 2, default, IsTransfer: true));
        Assert.That(Granted(one.Flushes()), Is.True);
    }

    [Test]
    public void A_refused_pre_vote_tells_the_newer_term()
    {
        var one = new One(new HardState(8, MemberId.None));
        var reply = one.Hears(new Message.PreVote(Two, Self, 4, default)).Single();
        Assert.That(reply, Is.EqualTo(new Message.PreVoteReply(Self, Two, 8, Granted: false)));
        Assert.That(new One().Hears(reply with { From = Two, To = Self }), Is.Empty);
    }

    [Test]
    public void A_candidate_takes_a_newer_term_from_a_refusal()
    {
        var one = new One();
        while (one.Core.Role == RaftRole.Follower)
            one.Ticks(1);
        one.Hears(new Message.PreVoteReply(Two, Self, 8, Granted: false));
        Assert.That((one.Core.Role, one.Core.Term), Is.EqualTo((RaftRole.Follower, 8UL)));
    }

    [Test]
    public void A_candidate_yields_to_a_leader_of_its_own_term()
    {
        var one = new One();
        while (one.Core.Role == RaftRole.Follower)
            one.Ticks(1);
        one.Hears(new Message.PreVoteReply(Two, Self, 1, Granted: true));
        one.Flushes();
        Assert.That((one.Core.Role, one.Core.Term), Is.EqualTo((RaftRole.Candidate, 1UL)));
        one.Hears(Append(1, default));
        Assert.That((one.Core.Role, one.Core.Leader, one.Core.Term), Is.EqualTo((RaftRole.Follower, Two, 1UL)));
        one.Hears(new Message.VoteReply(Three, Self, 1, Granted: true));
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.Follower), "a vote that comes later changes nothing");
    }

    [Test]
    public void A_refused_vote_does_not_put_off_the_own_election()
    {
        var one = new One(new HardState(1, Two), [Entry(1, 1)]);
        for (var tick = 0; tick < 2 * CoreGroup.ElectionTicks && one.Core.Role == RaftRole.Follower; tick++)
        {
            one.Hears(new Message.Vote(Three, Self, 1, default, IsTransfer: false));
            one.Ticks(1);
        }
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.PreCandidate));
    }

    [Test]
    public void Even_a_refused_append_of_the_leader_puts_off_the_own_election()
    {
        var one = new One(new HardState(1, MemberId.None));
        for (var tick = 0; tick < 5 * CoreGroup.ElectionTicks; tick++)
        {
            one.Hears(Append(1, new LogPosition(9, 1)));
            one.Ticks(1);
        }
        Assert.That((one.Core.Role, one.Core.Leader), Is.EqualTo((RaftRole.Follower, Two)));
    }

    [Test]
    public void Timeouts_are_random_between_one_and_two_times_the_least()
    {
        var one = new One(new HardState(1, MemberId.None));
        var waits = new HashSet<int>();
        for (var round = 0; round < 200; round++)
        {
            one.Hears(Append(1, default));
            var ticks = 0;
            for (; one.Core.Role == RaftRole.Follower; ticks++)
                one.Core.Tick();
            waits.Add(ticks);
        }
        Assert.That(waits, Is.EquivalentTo(Enumerable.Range(CoreGroup.ElectionTicks, CoreGroup.ElectionTicks)));
    }

    [Test]
    public void A_learner_never_asks_for_votes()
    {
        var one = new One(membership: Voters(1, 2, 3).Demote(Self));
        Assert.That(one.Ticks(10 * CoreGroup.ElectionTicks), Is.Empty);
    }

    [Test]
    public void A_removed_member_gets_no_vote_and_no_answer()
    {
        var one = new One(membership: Voters(1, 2, 3).Remove(Three));
        Assert.That(one.Hears(AskOf(Three, term: 9)), Is.Empty);
        Assert.That((one.Core.Term, one.Pending), Is.EqualTo((0UL, (Flush?)null)));
    }

    [Test]
    public void A_member_whose_disk_hangs_does_not_stand()
    {
        var one = new One();
        one.Hears(AskOf(Two, term: 1));
        Assert.That(one.Ticks(10 * CoreGroup.ElectionTicks).OfType<Message.PreVote>(), Is.Empty);
        one.Flushes();
        Assert.That(one.Ticks(2 * CoreGroup.ElectionTicks).OfType<Message.PreVote>(), Is.Not.Empty);
    }

    private static Message.Vote AskOf(MemberId candidate, ulong term) =>
        new(candidate, Self, term, default, IsTransfer: false);

    private static bool Granted(Message[] said) => said.Single() switch
    {
        Message.VoteReply reply => reply.Granted,
        Message.PreVoteReply reply => reply.Granted,
        var other => throw new AssertionException($"not an answer to a vote: {other}"),
    };
}
