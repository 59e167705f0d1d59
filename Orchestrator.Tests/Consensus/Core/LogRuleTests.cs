using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;
using static Orchestrator.Tests.Consensus.Core.One;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>The rules of a follower's log, one by one.</summary>
public sealed class LogRuleTests
{
    private static LogPosition Start => default;

    private static readonly LogEntry[][] Malformed =
    [
        [Entry(2, 1)],
        [Entry(1, 1), Entry(3, 1)],
        [Entry(1, 2), Entry(2, 1)],
        [Entry(1, 3)],
        [new LogEntry(1, 1, EntryKind.Membership, new byte[] { 1, 2, 3 })],
    ];

    [Test]
    public void Entries_are_acknowledged_only_when_they_are_durable()
    {
        var one = Follower(term: 1);
        Assert.That(one.Hears(Append(1, Start, 0, Entry(1, 1))), Is.Empty);
        Assert.That(Match(one.Flushes()), Is.EqualTo(new LogPosition(1, 1)));
    }

    [Test]
    public void A_heartbeat_is_answered_while_entries_are_written_but_acknowledges_none_of_them()
    {
        var one = Follower(term: 1);
        one.Hears(Append(1, Start, 0, Entry(1, 1)));
        Assert.That(Match(one.Hears(Append(1, new LogPosition(1, 1)))), Is.EqualTo(Start));
    }

    [Test]
    public void Nothing_of_a_new_term_is_acknowledged_before_the_term_is_durable()
    {
        var one = new One();
        Assert.That(one.Hears(Append(3, Start)), Is.Empty);
        Assert.That(one.Flushes().Single().Term, Is.EqualTo(3));
    }

    [Test]
    public void An_append_that_does_not_join_is_refused_with_a_place_to_try()
    {
        var one = Follower(term: 4, Entry(1, 1), Entry(2, 2), Entry(3, 2), Entry(4, 2));
        var reply = (Message.AppendReply)one.Hears(Append(4, new LogPosition(4, 3))).Single();
        Assert.That((reply.Accepted, reply.Refused, reply.Match), Is.EqualTo((false, 4UL, new LogPosition(3, 2))));
        reply = (Message.AppendReply)one.Hears(Append(4, new LogPosition(3, 1))).Single();
        Assert.That(reply.Match, Is.EqualTo(new LogPosition(1, 1)), "a whole term is skipped");
    }

    [Test]
    public void Entries_that_conflict_are_cut_with_all_behind_them()
    {
        var one = Follower(term: 2, Entry(1, 1), Entry(2, 1), Entry(3, 1));
        one.Hears(Append(2, new LogPosition(1, 1), 0, Entry(2, 2)));
        Assert.That(one.Core.LastPosition, Is.EqualTo(new LogPosition(2, 2)));
        Assert.That(one.Core.DurableIndex, Is.EqualTo(1));
        Assert.That(one.Pending!.Entries.Select(entry => entry.Position), Is.EqualTo(new[] { new LogPosition(2, 2) }));
    }

    [Test]
    public void A_late_append_does_not_cut_what_came_after_it()
    {
        var one = Follower(term: 1);
        one.Hears(Append(1, Start, 0, Entry(1, 1), Entry(2, 1), Entry(3, 1)));
        one.Flushes();
        one.Hears(Append(1, Start, 0, Entry(1, 1)));
        one.Hears(Append(1, Start));
        Assert.That(one.Core.LastPosition.Index, Is.EqualTo(3));
    }

    [Test]
    public void The_end_of_an_overtaken_write_makes_nothing_durable_that_came_in_its_place()
    {
        var one = Follower(term: 1);
        one.Hears(Append(1, Start, 0, Entry(1, 1), Entry(2, 1)));
        one.Hears(Append(2, new LogPosition(1, 1), 0, Entry(2, 2)) with { From = Three });
        one.Flushes();
        Assert.That(one.Core.DurableIndex, Is.EqualTo(1));
        Assert.That(one.Pending!.HardState!.Value.Term, Is.EqualTo(2));
        Assert.That(Match(one.Flushes()), Is.EqualTo(new LogPosition(2, 2)));
    }

    [Test]
    public void The_same_entries_again_in_an_overtaken_write_count_only_when_written_again()
    {
        var one = Follower(term: 1);
        one.Hears(Append(1, Start, 0, Entry(1, 1)));
        one.Hears(Append(2, Start, 0, Entry(1, 2)) with { From = Three });
        one.Hears(new Message.Append(Two, Self, 3, Start, [Entry(1, 1), Entry(2, 3)], 0, 0));
        one.Flushes();
        Assert.That(one.Core.DurableIndex, Is.Zero);
        Assert.That(Match(one.Flushes()), Is.EqualTo(new LogPosition(2, 3)));
    }

    [Test]
    public void What_is_committed_is_handed_out_only_when_it_is_durable_here_and_once()
    {
        var one = Follower(term: 1);
        one.Hears(Append(1, Start, 2, Entry(1, 1), Entry(2, 1)));
        Assert.That((one.Core.CommitIndex, one.Committed.Count), Is.EqualTo((2UL, 0)));
        one.Flushes();
        one.Hears(Append(1, new LogPosition(2, 1), 2));
        Assert.That(one.Committed.Select(entry => entry.Index), Is.EqualTo(new ulong[] { 1, 2 }));
    }

    [Test]
    public void A_follower_commits_no_further_than_it_knows_to_share()
    {
        var one = Follower(term: 2, Entry(1, 1), Entry(2, 1), Entry(3, 1));
        one.Hears(Append(2, new LogPosition(1, 1), 3));
        Assert.That(one.Core.CommitIndex, Is.EqualTo(1));
    }

    [Test]
    public void A_leader_that_contradicts_what_is_committed_stops_the_work()
    {
        var one = Follower(term: 1);
        one.Hears(Append(1, Start, 1, Entry(1, 1)));
        Assert.That(
            () => one.Hears(Append(2, Start, 0, Entry(1, 2))), Throws.TypeOf<InvariantException>());
    }

    [Test]
    public void An_old_leader_is_told_the_newer_term()
    {
        var one = new One(new HardState(5, MemberId.None));
        var reply = (Message.AppendReply)one.Hears(Append(4, Start, 0, Entry(1, 4))).Single();
        Assert.That((reply.Term, reply.Accepted, one.Core.LastPosition), Is.EqualTo((5UL, false, Start)));
    }

    [Test]
    public void Another_who_claims_to_lead_the_same_term_is_not_heard()
    {
        var one = Follower(term: 1);
        one.Hears(Append(1, Start));
        Assert.That(one.Hears(Append(1, Start, 0, Entry(1, 1)) with { From = Three }), Is.Empty);
        Assert.That(one.Core.LastPosition, Is.EqualTo(Start));
    }

    [Test]
    public void Entries_that_do_not_belong_together_have_no_effect([Range(0, 4)] int which)
    {
        var one = Follower(term: 2);
        Assert.That(one.Hears(Append(2, Start, 0, Malformed[which])), Is.Empty);
        Assert.That((one.Core.LastPosition, one.Pending), Is.EqualTo((Start, (Flush?)null)));
    }

    [Test]
    public void A_member_that_forgot_what_it_acknowledged_says_so_and_falls_silent()
    {
        var one = Follower(term: 1, Entry(1, 1));
        one.Hears(Append(1, new LogPosition(1, 1)) with { Acknowledged = 3 });
        Assert.That(one.Core.LostData, Does.Contain("acknowledged entry 3"));
        Assert.That(one.Ticks(5 * CoreGroup.ElectionTicks), Is.Empty);
        Assert.That(one.Hears(new Message.Vote(Two, Self, 9, new LogPosition(9, 9), IsTransfer: true)), Is.Empty);
    }

    private static One Follower(ulong term, params LogEntry[] log) => new(new HardState(term, MemberId.None), log);

    private static LogPosition Match(Message[] said)
    {
        var reply = (Message.AppendReply)said.Single();
        Assert.That(reply.Accepted);
        return reply.Match;
    }
}
