using Orchestrator.Consensus.Core;
using static Orchestrator.Tests.Consensus.Core.One;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>The rules of snapshots at their receiver and their sender, one by one.</summary>
public sealed class SnapshotRuleTests
{
    /// <summary>A leader with entries 1 to 4, of which member 3 has the first, and a snapshot of all.</summary>
    /// <param name="silent">ticks since member 3 was heard of</param>
    private static One LeaderWithSnapshot(int silent)
    {
        var one = new One().Leads();
        one.Acknowledged(1, by: Two);
        one.Acknowledged(1, by: Three);
        for (var command = 0; command < 3; command++)
            one.Core.Propose(new byte[] { 1 });
        one.Says();
        one.Flushes();
        one.Acknowledged(4, by: Two);
        for (var tick = 0; tick < silent; tick++)
        {
            one.Ticks(1);
            one.Acknowledged(4, by: Two);
        }
        one.Core.SnapshotTaken(one.Core.LastPosition, one.Core.Membership, keepFrom: 99);
        return one;
    }

    private static readonly LogPosition Place = new(5, 1);

    [Test]
    public void A_piece_is_asked_for_when_the_one_before_is_durable()
    {
        var one = Follower();
        Assert.That(one.Hears(Piece(0, 4, total: 8)), Is.Empty);
        Assert.That(one.Flushes(), Is.EqualTo(new[] { Reply(Place, 4) }));
    }

    [Test]
    public void A_piece_that_does_not_join_is_answered_with_where_to_go_on()
    {
        var one = Follower();
        Assert.That(one.Hears(Piece(4, 4, total: 8)), Is.EqualTo(new[] { Reply(Place, 0) }));
        one.Hears(Piece(0, 4, total: 8));
        one.Flushes();
        Assert.That(one.Hears(Piece(0, 4, total: 8)), Is.EqualTo(new[] { Reply(Place, 4) }), "doubled");
        Assert.That(one.Hears(Piece(6, 2, total: 8)), Is.EqualTo(new[] { Reply(Place, 4) }));
    }

    [Test]
    public void A_receiver_that_restarts_goes_on_behind_what_is_there()
    {
        var one = Follower(new ReceivedPart(Place, 4, 8));
        Assert.That(one.Hears(Piece(0, 4, total: 8)), Is.EqualTo(new[] { Reply(Place, 4) }), "of another leader");
        one.Hears(Piece(4, 4, total: 8));
        Assert.That(one.Flushes(), Is.EqualTo(new[] { Reply(Place, 8) with { Installed = true } }));
    }

    [Test]
    public void A_receiver_that_restarts_with_the_whole_needs_no_byte_more()
    {
        var one = Follower(new ReceivedPart(Place, 8, 8));
        Assert.That(one.Hears(Piece(0, 4, total: 8)), Is.EqualTo(new[] { Reply(Place, 8) }));
        one.Hears(Piece(8, 0, total: 8));
        Assert.That(one.Flushes(), Is.EqualTo(new[] { Reply(Place, 8) with { Installed = true } }));
    }

    [Test]
    public void What_is_there_of_a_snapshot_with_other_bytes_or_of_another_place_is_not_gone_on_with()
    {
        foreach (var part in new[] { new ReceivedPart(Place, 4, 9), new ReceivedPart(new LogPosition(4, 1), 4, 8) })
        {
            var one = Follower(part);
            Assert.That(one.Hears(Piece(4, 4, total: 8)), Is.EqualTo(new[] { Reply(Place, 0) }));
            one.Hears(Piece(0, 4, total: 8));
            Assert.That(one.Flushes(), Is.EqualTo(new[] { Reply(Place, 4) }));
        }
    }

    [Test]
    public void The_last_piece_replaces_log_and_membership()
    {
        var one = Follower(Entry(1, 1), Entry(2, 1));
        one.Hears(Piece(0, 8, total: 8));
        Assert.That((one.Pending!.Installs, one.Pending.Entries.Length), Is.EqualTo((true, 0)));
        Assert.That(one.Flushes(), Is.EqualTo(new[] { Reply(Place, 8) with { Installed = true } }));
        Assert.That(
            (one.Core.LastPosition, one.Core.CommitIndex, one.Core.AppliedIndex), Is.EqualTo((Place, 5UL, 5UL)));
        Assert.That(one.Core.Membership.Members, Has.Length.EqualTo(4));
    }

    [Test]
    public void Appends_wait_for_a_snapshot_that_is_being_put_in_place_but_count_as_heartbeats()
    {
        var one = Follower();
        one.Hears(Piece(0, 8, total: 8));
        var said = (Message.AppendReply)one.Hears(Append(1, new LogPosition(5, 1), 6, Entry(6, 1))).Single();
        Assert.That((said.Accepted, said.Match, one.Core.CommitIndex), Is.EqualTo((true, default(LogPosition), 0UL)));
        one.Flushes();
        one.Hears(Append(1, new LogPosition(5, 1), 6, Entry(6, 1)));
        one.Flushes();
        Assert.That(one.Committed.Select(entry => entry.Index), Is.EqualTo(new ulong[] { 6 }));
    }

    [Test]
    public void What_a_living_member_still_lacks_stays_in_the_log()
    {
        var one = LeaderWithSnapshot(silent: 0);
        one.Core.PeerLost(Three);
        var append = (Message.Append)one.Says().Single(message => message.To == Three);
        Assert.That((append.Previous.Index, append.Entries.Length), Is.EqualTo((1UL, 3)));
    }

    [Test]
    public void Nothing_stays_in_the_log_for_a_silent_member()
    {
        var one = LeaderWithSnapshot(silent: CoreGroup.ElectionTicks);
        one.Core.PeerLost(Three);
        Assert.That(one.Says().OfType<Message.Append>().Where(message => message.To == Three && !message.Entries.IsEmpty), Is.Empty);
    }

    [Test]
    public void A_snapshot_waits_until_what_was_handed_out_is_applied()
    {
        var core = new RaftCore(
            new RaftOptions { Self = Self, Seed = 1, ElectionTicks = 10 },
            new RecoveredState
            {
                HardState = new HardState(1, MemberId.None), Membership = Voters(1, 2, 3), Entries = [Entry(1, 1)],
            });
        core.Step(Append(1, new LogPosition(1, 1), 1));
        Assert.That(core.TakeReady().Committed, Has.Length.EqualTo(1));
        core.Step(Piece(0, 8, total: 8));
        Assert.That(core.TakeReady().Flush, Is.Null);
        core.Applied(1);
        Assert.That(core.TakeReady().Flush!.Installs, Is.True);
    }

    [Test]
    public void A_snapshot_of_what_is_there_is_not_taken()
    {
        var one = Follower(Entry(1, 1), Entry(2, 1), Entry(3, 1), Entry(4, 1), Entry(5, 1), Entry(6, 1));
        Assert.That(one.Hears(Piece(0, 8, total: 8)), Is.EqualTo(new[] { Reply(Place, 0) with { Installed = true } }));
        Assert.That((one.Core.CommitIndex, one.Core.LastPosition.Index), Is.EqualTo((5UL, 6UL)));
        one.Hears(Append(1, new LogPosition(6, 1), 6));
        Assert.That(
            one.Hears(Piece(0, 8, total: 8)),
            Is.EqualTo(new[] { Reply(new LogPosition(6, 1), 0) with { Installed = true } }), "older than the commit");
    }

    [Test]
    public void Pieces_that_make_no_sense_have_no_effect()
    {
        var one = Follower();
        Assert.That(one.Hears(Piece(-1, 4, total: 8)), Is.Empty);
        Assert.That(one.Hears(Piece(6, 4, total: 8)), Is.Empty);
        Assert.That(one.Hears(Piece(0, 0, total: 8)), Is.Empty);
        Assert.That(one.Hears(Piece(0, 4, total: 8) with { Position = new LogPosition(5, 9) }), Is.Empty);
        Assert.That(one.Pending, Is.Null);
    }

    [Test]
    public void Entries_that_a_member_needs_behind_its_snapshot_are_kept_while_it_gets_that()
    {
        var group = new CoreGroup(3);
        group.Elect(1);
        group.Isolate(3);
        group.Propose(1, "a");
        for (var tick = 0; tick < CoreGroup.ElectionTicks; tick++)
        {
            group.Tick(1);
            group.Settle();
        }
        group[1].TakeSnapshot(keepFrom: 3);
        group.Heal();
        group.Tick(1, 2);
        group.Deliver();
        group.Deliver(message => message.From.Value == 3);
        Assert.That(group.Wire.OfType<Message.SnapshotChunk>(), Is.Not.Empty);
        group.Propose(1, "b");
        group.Do(1, core => core.SnapshotTaken(new LogPosition(2, 1), core.Membership, keepFrom: 99));
        group.Settle();
        group.Tick(1, 2);
        group.Settle();
        Assert.That(group[3].State, Is.EqualTo(new[] { "a", "b" }));
    }

    private static One Follower(params LogEntry[] log) => Follower(default, log);

    private static One Follower(ReceivedPart part, params LogEntry[] log)
    {
        var one = new One(new HardState(1, MemberId.None), log, received: part);
        one.Hears(Append(1, default));
        return one;
    }

    private static Message.SnapshotChunk Piece(long offset, int bytes, long total) =>
        new(Two, Self, 1, Place, offset, total, new byte[bytes]) { Membership = Voters(1, 2, 3, 4) };

    private static Message.SnapshotReply Reply(LogPosition position, long next) =>
        new(Self, Two, 1, position, next, Installed: false);
}
