using Orchestrator.Consensus.Core;
using static Orchestrator.Tests.Consensus.Core.One;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>The rules of a leader, one by one.</summary>
public sealed class LeaderRuleTests
{
    [Test]
    public void A_leader_begins_with_an_empty_entry_of_its_term()
    {
        var one = new One(log: [Entry(1, 0)]).Leads();
        Assert.That(one.Core.LastPosition, Is.EqualTo(new LogPosition(2, 1)));
    }

    [Test]
    public void Appends_go_out_beside_the_own_write()
    {
        var one = new One().Leads();
        one.Acknowledged(1, Two);
        one.Core.Propose(new byte[] { 1 });
        Assert.That(one.Says().OfType<Message.Append>().Select(append => append.To), Does.Contain(Two));
        Assert.That(one.Pending, Is.Not.Null);
    }

    [Test]
    public void A_leader_counts_itself_only_when_its_entry_is_durable()
    {
        var one = new One(membership: Voters(1, 2)).Leads();
        one.Acknowledged(1, Two);
        one.Core.Propose(new byte[] { 1 });
        one.Says();
        one.Acknowledged(2, Two);
        Assert.That(one.Core.CommitIndex, Is.EqualTo(1));
        one.Flushes();
        Assert.That(one.Core.CommitIndex, Is.EqualTo(2));
    }

    [Test]
    public void A_quorum_of_others_commits_without_the_leaders_disk_but_it_applies_only_what_it_has()
    {
        var one = new One().Leads();
        one.Acknowledged(1, Two);
        one.Core.Propose(new byte[] { 1 });
        one.Says();
        one.Acknowledged(2, Two);
        one.Acknowledged(2, Three);
        Assert.That((one.Core.CommitIndex, one.Committed.Count), Is.EqualTo((2UL, 1)));
        one.Flushes();
        Assert.That(one.Committed, Has.Count.EqualTo(2));
    }

    [Test]
    public void An_entry_of_an_older_term_is_not_committed_by_counting()
    {
        var one = new One(new HardState(1, MemberId.None), [Entry(1, 1)]).Leads();
        one.Hears(new Message.AppendReply(Two, Self, 2, Accepted: true, new LogPosition(1, 1), 0));
        Assert.That(one.Core.CommitIndex, Is.Zero);
        one.Acknowledged(2, Two);
        Assert.That(one.Core.CommitIndex, Is.EqualTo(2));
    }

    [Test]
    public void What_a_member_acknowledged_never_falls()
    {
        var one = new One().Leads();
        one.Core.Propose(new byte[] { 1 });
        one.Says();
        one.Acknowledged(2, Two);
        one.Acknowledged(1, Two);
        one.Hears(new Message.AppendReply(Two, Self, 1, Accepted: false, default, 0) { Refused = 1 });
        Assert.That(one.Core.Progress.Single(progress => progress.Id == Two).Match, Is.EqualTo(2));
    }

    [Test]
    public void An_acknowledgement_of_what_is_not_in_the_log_does_not_count()
    {
        var one = new One().Leads();
        one.Hears(new Message.AppendReply(Two, Self, 1, Accepted: true, new LogPosition(99, 1), 0));
        one.Hears(new Message.AppendReply(Three, Self, 1, Accepted: true, new LogPosition(1, 77), 0));
        Assert.That(one.Core.CommitIndex, Is.Zero);
    }

    [Test]
    public void News_of_a_commit_goes_at_once_only_where_somebody_waits_for_it()
    {
        var one = new One().Leads();
        one.Acknowledged(1, Two);
        one.Acknowledged(1, Three);
        one.Ticks(1);
        one.Core.Propose(new byte[] { 1 });
        one.Says();
        one.Flushes();
        Assert.That(one.Acknowledged(2, Two), Is.Empty);
        Assert.That(one.Core.CommitIndex, Is.EqualTo(2));
        Assert.That(News(one.Ticks(1)), Is.EquivalentTo(new[] { (Two, 2UL), (Three, 2UL) }));
        one.Hears(new Message.Forward(Three, Self, one.Core.Term, new byte[] { 2 }));
        one.Flushes();
        Assert.That(News(one.Acknowledged(3, Two)), Is.EqualTo(new[] { (Three, 3UL) }));

        static IEnumerable<(MemberId, ulong)> News(Message[] said) =>
            said.OfType<Message.Append>().Select(append => (append.To, append.Commit));
    }

    [Test]
    public void A_silent_member_is_sent_to_within_its_window_and_no_further()
    {
        var one = new One(adjust: options => options with { MaxInflightAppends = 3 }).Leads();
        one.Acknowledged(1, Two);
        one.Acknowledged(1, Three);
        var sent = 0;
        for (var index = 2UL; index < 50; index++)
        {
            one.Core.Propose(new byte[] { 1 });
            sent += one.Says().OfType<Message.Append>().Count(append => append.To == Three);
            one.Flushes();
            sent += one.Acknowledged(index, Two).OfType<Message.Append>().Count(append => append.To == Three);
        }
        Assert.That(one.Core.CommitIndex, Is.EqualTo(49), "the others go on");
        Assert.That(sent, Is.LessThanOrEqualTo(2 * 3));
    }

    [Test]
    public void An_append_is_limited_but_one_entry_always_fits()
    {
        var one = new One(adjust: options => options with { MaxAppendBytes = 100 }).Leads();
        one.Acknowledged(1, Two);
        one.Core.Propose(new byte[500]);
        one.Core.Propose(new byte[1]);
        one.Core.Propose(new byte[1]);
        var sizes = one.Says().OfType<Message.Append>().Where(append => append.To == Two)
            .Select(append => append.Entries.Length);
        Assert.That(sizes, Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void Too_large_or_too_much_is_refused()
    {
        var one = new One(
            adjust: options => options with { MaxEntryBytes = 1000, MaxUncommittedBytes = 1000 }).Leads();
        Assert.That(one.Core.Propose(new byte[1001]), Is.EqualTo(ProposeResult.TooLarge));
        Assert.That(one.Core.Propose(new byte[1000]), Is.EqualTo(ProposeResult.Overloaded));
        one.Acknowledged(1, Two);
        Assert.That(one.Core.Propose(new byte[1000]), Is.EqualTo(ProposeResult.Accepted), "nothing else waits");
        Assert.That(one.Core.Propose(new byte[1]), Is.EqualTo(ProposeResult.Overloaded));
    }

    [Test]
    public void A_leader_that_hears_no_quorum_steps_down()
    {
        var one = new One().Leads();
        one.Ticks(CoreGroup.ElectionTicks - 1);
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.Leader));
        one.Ticks(1);
        Assert.That((one.Core.Role, one.Core.Leader), Is.EqualTo((RaftRole.Follower, MemberId.None)));
    }

    [Test]
    public void A_leader_whose_disk_hangs_steps_down_though_it_is_heard()
    {
        var one = new One().Leads();
        one.Core.Propose(new byte[1]);
        one.Says();
        for (var tick = 0; tick < CoreGroup.ElectionTicks; tick++)
        {
            one.Acknowledged(1, Two);
            one.Ticks(1);
        }
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.Follower));
    }

    [Test]
    public void An_idle_leader_tries_its_disk_and_steps_down_when_it_hangs()
    {
        var one = new One().Leads();
        HeardFor(one, (2 * CoreGroup.ElectionTicks) - 1);
        Assert.That(one.Pending, Is.Null);
        HeardFor(one, 1);
        Assert.That(one.Pending!.HardState, Is.EqualTo(new HardState(1, Self)), "what is there already");
        one.Flushes();
        HeardFor(one, 2 * CoreGroup.ElectionTicks);
        Assert.That(one.Pending, Is.Not.Null);
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.Leader));
        HeardFor(one, CoreGroup.ElectionTicks);
        Assert.That(one.Core.Role, Is.EqualTo(RaftRole.Follower));
    }

    [Test]
    public void A_leader_that_writes_anyway_or_has_nobody_to_hand_over_to_does_not_try_its_disk()
    {
        var busy = new One().Leads();
        for (var round = 0; round < 4; round++)
        {
            HeardFor(busy, CoreGroup.ElectionTicks);
            busy.Core.Propose(new byte[1]);
            busy.Says();
            Assert.That(busy.Pending!.HardState, Is.Null);
            busy.Flushes();
        }
        var alone = new One(membership: Voters(1));
        alone.Ticks(1);
        alone.Flushes();
        alone.Flushes();
        alone.Ticks(10 * CoreGroup.ElectionTicks);
        Assert.That((alone.Core.Role, alone.Pending), Is.EqualTo((RaftRole.Leader, (Flush?)null)));
    }

    [Test]
    public void A_leader_never_overwrites_or_deletes_its_own_entries()
    {
        var one = new One(new HardState(1, MemberId.None), [Entry(1, 1), Entry(2, 1)]).Leads();
        one.Core.Propose(new byte[] { 1 });
        one.Says();
        var before = one.Core.LastPosition;
        foreach (var from in new[] { Two, Three })
        {
            // Nobody else leads its term, and of older terms nobody leads any more: whatever they say is not heard.
            one.Hears(new Message.Append(from, Self, 2, default, [Entry(1, 2)], Commit: 1, ReadRound: 0));
            one.Hears(new Message.Append(from, Self, 1, default, [Entry(1, 1)], Commit: 1, ReadRound: 0));
            one.Hears(new Message.AppendReply(from, Self, 2, Accepted: false, default, 0) { Refused = 2 });
        }
        one.Flushes();
        Assert.That((one.Core.Role, one.Core.LastPosition), Is.EqualTo((RaftRole.Leader, before)));
        one.Acknowledged(before.Index, Two);
        Assert.That(one.Committed.Select(entry => (entry.Index, entry.Term)),
            Is.EqualTo(new[] { (1UL, 1UL), (2UL, 1UL), (3UL, 2UL), (4UL, 2UL) }));
    }

    [Test]
    public void A_newer_term_ends_the_office()
    {
        var one = new One().Leads();
        one.Hears(new Message.AppendReply(Two, Self, 9, Accepted: false, default, 0));
        Assert.That((one.Core.Role, one.Core.Term), Is.EqualTo((RaftRole.Follower, 9UL)));
    }

    [Test]
    public void A_read_waits_for_the_first_entry_of_the_term_and_then_for_a_quorum_asked_after_it()
    {
        var one = new One().Leads();
        one.Core.Read(5);
        Assert.That(one.Says(), Is.Empty);
        var asked = one.Acknowledged(1, Two).OfType<Message.Append>().First(append => append.To == Two);
        Assert.That(one.Reads, Is.Empty);
        one.Acknowledged(1, Two);
        Assert.That(one.Reads, Is.Empty, "an answer to an older question");
        one.Acknowledged(1, Two, asked.ReadRound);
        Assert.That(one.Reads, Is.EqualTo(new[] { new ReadReady(5, 1) }));
    }

    [Test]
    public void Reads_are_refused_when_the_office_ends_and_when_there_are_too_many()
    {
        var one = new One(adjust: options => options with { MaxPendingReads = 1 }).Leads();
        one.Core.Read(5);
        one.Core.Read(6);
        one.Says();
        Assert.That(one.Reads, Is.EqualTo(new[] { new ReadReady(6, 0) }));
        one.Hears(Append(2, default));
        Assert.That(one.Reads, Is.EqualTo(new[] { new ReadReady(6, 0), new ReadReady(5, 0) }));
    }

    [Test]
    public void An_answered_read_makes_room_for_another_though_an_older_one_waits()
    {
        var one = new One(new HardState(1, MemberId.None), adjust: options => options with { MaxPendingReads = 2 });
        one.Hears(Append(1, default));
        one.Core.Read(1);
        for (var ticket = 2UL; ticket < 10; ticket++)
        {
            one.Core.Read(ticket);
            one.Hears(new Message.ReadIndexReply(Two, Self, 1, ticket, 7));
        }
        Assert.That(one.Reads, Has.Count.EqualTo(8).And.All.Property(nameof(ReadReady.Index)).EqualTo(7));
    }

    [Test]
    public void A_followers_read_that_nobody_answers_is_refused_in_the_end()
    {
        var one = new One(new HardState(1, MemberId.None));
        one.Hears(Append(1, default));
        one.Core.Read(5);
        Assert.That(one.Says(), Is.EqualTo(new[] { new Message.ReadIndex(Self, Two, 1, 5) }));
        for (var tick = 0; tick < 2 * CoreGroup.ElectionTicks; tick++)
        {
            one.Hears(Append(1, default));
            one.Ticks(1);
        }
        Assert.That(one.Reads, Is.EqualTo(new[] { new ReadReady(5, 0) }));
        one.Hears(new Message.ReadIndexReply(Two, Self, 1, 5, 9));
        Assert.That(one.Reads, Has.Count.EqualTo(1), "each once");
    }

    /// <summary>A peer answers all the time.</summary>
    private static void HeardFor(One one, int ticks)
    {
        for (var tick = 0; tick < ticks; tick++)
        {
            one.Acknowledged(1, Two);
            one.Ticks(1);
        }
    }
}
