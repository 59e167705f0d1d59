using System.Text;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;
using Orchestrator.Tests.Consensus.Log;

namespace Orchestrator.Tests.Consensus;

/// <summary>Several members that agree: leaders come and go, messages are lost, and each command counts once.</summary>
public sealed class RaftNodeGroupTests
{
    private NodeGroup _group = null!;

    [TearDown]
    public async Task TearDown() => await _group.DisposeAsync();

    [Test]
    public async Task A_command_proposed_at_any_member_is_applied_at_all()
    {
        _group = await NodeGroup.StartAsync(3);
        foreach (var member in _group.Members)
            Assert.That((await _group.ProposeAsync(member, $"from {member.Id}")).Accepted, Is.True);
        var refused = await _group.ProposeAsync(_group.Members[0], "refused one");
        Assert.That(refused.Refusal!.Kind, Is.EqualTo(RefusalKind.Missing));
        await _group.AllHaveAsync("from 1", "from 2", "from 3");
    }

    [Test]
    public async Task Commands_survive_the_leader_and_a_restart_of_all()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        await _group.ProposeAsync(leader, "a");
        await leader.StopAsync();
        var next = await _group.LeaderAsync();
        await _group.ProposeAsync(next, "b");
        foreach (var member in _group.Members)
            await member.StopAsync();
        foreach (var member in _group.Members)
            member.Start();
        await _group.ProposeAsync(await _group.LeaderAsync(), "c");
        await _group.AllHaveAsync("a", "b", "c");
    }

    [Test]
    public async Task What_was_given_to_a_leader_that_is_gone_is_given_to_the_next_and_counts_once()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        var follower = _group.Followers(leader).First();
        _group.Network.Copies = message => message is Message.AppendReply ? 0 : 1; // written, and never confirmed
        var proposal = follower.ProposeAsync("a");
        await _group.SettleAsync();
        Assert.That(proposal.IsCompleted, Is.False);
        await leader.StopAsync();
        _group.Network.Copies = _ => 1;
        Assert.That((await _group.DriveAsync(proposal)).Accepted, Is.True);
        leader.Start();
        await _group.AllHaveAsync("a");
    }

    [Test]
    public async Task A_forward_that_is_lost_is_made_again_and_a_doubled_one_counts_once()
    {
        _group = await NodeGroup.StartAsync(3);
        var follower = _group.Followers(await _group.LeaderAsync()).First();
        var forwards = 0;
        _group.Network.Copies = message => message is not Message.Forward ? 1 : forwards++ == 0 ? 0 : 2;
        Assert.That((await _group.ProposeAsync(follower, "a")).Accepted, Is.True);
        Assert.That(forwards, Is.EqualTo(2));
        await _group.AllHaveAsync("a");
    }

    [Test]
    public async Task A_leader_that_is_cut_off_loses_its_office_and_what_it_fenced_is_refused()
    {
        _group = await NodeGroup.StartAsync(3);
        var old = await _group.LeaderAsync();
        var office = old.Leadership!;
        var fenced = new FencedProposer(old.Node, office);
        Assert.That((await _group.DriveAsync(Propose(fenced, "in office"))).Accepted, Is.True);
        _group.Network.Isolate(old.Id, _group.Ids);
        var late = Propose(fenced, "too late");
        var plain = old.ProposeAsync("not fenced");
        await _group.LeaderAsync(without: old);
        await _group.UntilAsync("the office is lost", () => office.Lost.IsCancellationRequested);
        Assert.That(old.Leadership, Is.Null);
        _group.Network.Isolate(old.Id, _group.Ids, isCut: false);
        Assert.That((await _group.DriveAsync(late)).Refusal, Is.EqualTo(new Refusal(RefusalKind.Stale, "leadership")));
        Assert.That((await _group.DriveAsync(plain)).Accepted, Is.True);
        await _group.AllHaveAsync("in office", "not fenced");
        Assert.That(old.Machine.Commands, Has.No.Member("too late"));
    }

    [Test]
    public async Task Without_a_majority_proposals_and_reads_fail_and_say_what_is_missing()
    {
        _group = await NodeGroup.StartAsync(3);
        var alone = await _group.LeaderAsync();
        foreach (var other in _group.Followers(alone).ToArray())
            await other.StopAsync();
        var waiting = alone.ProposeAsync("a");
        var why = (await Assert.ThrowsAsync<ProposalException>(() => _group.DriveAsync(waiting)))!;
        Assert.That(why.Failure, Is.EqualTo(ProposalFailure.NoLeader));
        Assert.That(why.Message, Does.Contain("not known whether").And.Contain("1 more of them must run"));
        var late = alone.ProposeAsync("b");
        await _group.SettleAsync(); // at once: the clock stands still
        Assert.That(async () => await late, Throws.TypeOf<ProposalException>()
            .With.Property(nameof(ProposalException.Failure)).EqualTo(ProposalFailure.NoLeader));
        Assert.That(async () => await alone.Node.ReadBarrierAsync(default), Throws.TypeOf<ProposalException>());
    }

    [Test]
    public async Task A_read_barrier_at_a_follower_shows_all_that_was_acknowledged_before()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        var follower = _group.Followers(leader).First();
        _group.Network.HoldTo(follower.Id, _group.Ids);
        await _group.ProposeAsync(leader, "a");
        Assert.That(follower.Machine.Commands, Has.No.Member("a"));
        var barrier = follower.Node.ReadBarrierAsync(default).AsTask();
        await _group.SettleAsync();
        Assert.That(barrier.IsCompleted, Is.False);
        _group.Network.Release();
        await _group.DriveAsync(barrier);
        Assert.That(follower.Machine.Commands, Has.Member("a"));
    }

    [Test]
    public async Task A_question_that_is_lost_is_asked_again()
    {
        _group = await NodeGroup.StartAsync(3);
        var follower = _group.Followers(await _group.LeaderAsync()).First();
        var asked = 0;
        _group.Network.Copies = message => message is Message.ReadIndex && asked++ == 0 ? 0 : 1;
        await _group.DriveAsync(follower.Node.ReadBarrierAsync(default).AsTask());
        Assert.That(asked, Is.GreaterThan(1));
    }

    [Test]
    public async Task A_follower_that_does_not_listen_does_not_slow_the_others_and_catches_up()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        var slow = _group.Followers(leader).First();
        _group.Network.HoldTo(slow.Id, _group.Ids);
        var commands = Enumerable.Range(0, 300).Select(i => $"command {i} {new string('x', 20_000)}").ToArray();
        await _group.DriveAsync(Task.WhenAll(commands.Select(command => leader.ProposeAsync(command))));
        Assert.That(slow.Machine.Commands, Is.Empty);
        _group.Network.Release();
        await _group.AllHaveAsync(commands);
    }

    [Test]
    public async Task A_member_that_was_away_for_long_gets_a_snapshot_with_sessions_and_members()
    {
        _group = await NodeGroup.StartAsync(3, options => options with { SnapshotEntries = 20, KeptEntries = 3 });
        var leader = await _group.LeaderAsync();
        var away = _group.Followers(leader).First();
        await StopForLongAsync(away);
        var commands = Enumerable.Range(0, 100).Select(i => $"command {i}").ToArray();
        foreach (var command in commands)
            await _group.ProposeAsync(leader, command);
        away.Start();
        await _group.AllHaveAsync(commands);
        Assert.That(away.Machine.Restored, Is.EqualTo(1));
        await _group.ProposeAsync(away, "after the snapshot");
        await away.StopAsync();
        away.Start();
        await _group.AllHaveAsync([.. commands, "after the snapshot"]);
    }

    [Test]
    public async Task A_leader_whose_snapshot_is_damaged_takes_another_for_the_member_that_needs_it()
    {
        _group = await NodeGroup.StartAsync(3, options => options with { SnapshotEntries = 20, KeptEntries = 3 });
        var leader = await _group.LeaderAsync();
        var (away, dead) = (_group.Followers(leader).First(), _group.Followers(leader).Last());
        await StopForLongAsync(away);
        var commands = Enumerable.Range(0, 50).Select(i => $"command {i}").ToArray();
        foreach (var command in commands)
            await _group.ProposeAsync(leader, command);
        await dead.StopAsync();
        var snapshots = DataFiles.Indexes(leader.Directory, DataFiles.SnapshotSuffix);
        Assert.That(snapshots, Is.Not.Empty);
        foreach (var index in snapshots)
            Damages.Flip(DataFiles.Snapshot(leader.Directory, index), 100);
        away.Start();
        await _group.AllHaveAsync(commands);
        Assert.That(away.Machine.Restored, Is.EqualTo(1));
        Assert.That(leader.Status.Role, Is.EqualTo(RaftRole.Leader));
    }

    [Test]
    public async Task A_large_command_reaches_all()
    {
        _group = await NodeGroup.StartAsync(3);
        var follower = _group.Followers(await _group.LeaderAsync()).First();
        var large = new string('x', 8 * 1024 * 1024);
        await _group.ProposeAsync(follower, large);
        await _group.AllHaveAsync(large);
    }

    /// <summary>A member that is away for a short time only is not in need of a snapshot: its entries are kept.</summary>
    private async Task StopForLongAsync(GroupMember member)
    {
        await member.StopAsync();
        for (var tick = 0; tick < 30; tick++)
        {
            _group.Pass(TimeSpan.FromMilliseconds(50));
            await _group.SettleAsync();
        }
    }

    private static Task<Applied> Propose(FencedProposer proposer, string command) =>
        proposer.ProposeAsync(Encoding.UTF8.GetBytes(command), default).AsTask();
}
