using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Consensus;

/// <summary>How a group grows, shrinks and hands over, and what it refuses.</summary>
public sealed class MembershipChangesTests
{
    private NodeGroup _group = null!;

    [TearDown]
    public async Task TearDown() => await _group.DisposeAsync();

    [Test]
    public async Task One_manager_becomes_three_and_one_leaves_again()
    {
        _group = await NodeGroup.StartAsync(1);
        var leader = await _group.LeaderAsync();
        await _group.ProposeAsync(leader, "before");
        foreach (var id in new ulong[] { 2, 3 })
        {
            var joiner = _group.AddJoiner(id);
            var member = new Member(joiner.Id, $"n{id}", $"a{id}", false);
            await _group.DriveAsync(leader.Changes.AddLearnerAsync(member, default));
            await _group.UntilAsync("it has the log", () => joiner.Machine.Commands.Contains("before"));
            await _group.DriveAsync(leader.Changes.PromoteAsync(joiner.Id, default));
        }
        Assert.That(leader.Status.Membership.Members.Count(member => member.Votes), Is.EqualTo(3));
        await _group.DriveAsync(leader.Changes.RemoveAsync(new MemberId(3), force: false, default));
        await _group.Members[2].StopAsync();
        await _group.ProposeAsync(_group.Members[1], "after");
        await _group.AllHaveAsync("before", "after");
        Assert.That(_group.Members[1].Status.Membership.Removed, Is.EqualTo(new[] { new MemberId(3) }));
        await RefusesAsync(leader.Changes.AddLearnerAsync(new Member(new MemberId(3), "n3", "a3", false), default),
            MembershipFailure.NotAllowed, "never comes back");
    }

    [Test]
    public async Task A_learner_that_is_far_behind_is_not_promoted()
    {
        _group = await NodeGroup.StartAsync(1);
        var leader = await _group.LeaderAsync();
        await _group.DriveAsync(leader.Changes.AddLearnerAsync(new Member(new MemberId(2), "n2", "a2", false), default));
        for (var i = 0; i < 20; i++)
            await _group.ProposeAsync(leader, $"{i} {new string('x', 100_000)}");
        await RefusesAsync(leader.Changes.PromoteAsync(new MemberId(2), default), MembershipFailure.NotCaughtUp, "entries behind");
    }

    [Test]
    public async Task What_would_leave_too_few_is_refused_unless_forced()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        var (running, stopped) = (_group.Followers(leader).First(), _group.Followers(leader).Last());
        await stopped.StopAsync();
        await _group.SettleAsync();
        await RefusesAsync(leader.Changes.RemoveAsync(running.Id, force: false, default),
            MembershipFailure.NoQuorumLeft, "1 too few can be reached");
        await _group.DriveAsync(leader.Changes.RemoveAsync(stopped.Id, force: false, default));
        Assert.That(leader.Status.Membership.Members.Select(member => member.Id), Has.No.Member(stopped.Id));
    }

    [Test]
    public async Task Who_is_connected_but_does_not_answer_the_leader_counts_as_away()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        var (running, mute) = (_group.Followers(leader).First(), _group.Followers(leader).Last());
        _group.Network.Copies = message => message.From == mute.Id ? 0 : 1;
        await _group.UntilAsync("the leader notices", () => !PeerOf(leader, mute).IsReachable);
        Assert.That(PeerOf(leader, mute).Problem, Does.StartWith("it is connected, but does not answer"));
        Assert.That(PeerOf(leader, running), Has.Property("IsReachable").True.And.Property("Problem").Empty);
        await RefusesAsync(leader.Changes.RemoveAsync(running.Id, force: false, default),
            MembershipFailure.NoQuorumLeft, "1 too few can be reached");
        _group.Network.Copies = _ => 1;
        await _group.UntilAsync("it is back", () => PeerOf(leader, mute).IsReachable);
    }

    [Test]
    public async Task Only_the_leader_changes_the_group_and_says_who_that_is()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        var follower = _group.Followers(leader).First();
        await RefusesAsync(follower.Changes.DemoteAsync(leader.Id, force: false, default),
            MembershipFailure.NotLeader, $"node n{leader.Id} at a{leader.Id}");
        await RefusesAsync(leader.Changes.RemoveAsync(new MemberId(99), force: true, default),
            MembershipFailure.NotAllowed, "no manager with the member id 63");
    }

    [Test]
    public async Task Who_is_removed_is_reached_until_that_is_committed()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        var (other, removed) = (_group.Followers(leader).First(), _group.Followers(leader).Last());
        foreach (var follower in _group.Followers(leader))
            _group.Network.HoldTo(follower.Id, _group.Ids);
        var removing = leader.Changes.RemoveAsync(removed.Id, force: false, default);
        await _group.SettleAsync();
        Assert.That(leader.Status.Membership.Find(removed.Id), Is.Null);
        Assert.That(_group.Network.FollowedBy(leader.Id).Find(removed.Id), Is.Not.Null);
        Assert.That(_group.Network.FollowedBy(leader.Id).Removed, Is.Empty);
        _group.Network.Release();
        await _group.DriveAsync(removing);
        Assert.That(_group.Network.FollowedBy(leader.Id).Removed, Is.EqualTo(new[] { removed.Id }));
        await _group.UntilAsync("the other has let go of it too",
            () => _group.Network.FollowedBy(other.Id).Find(removed.Id) is null);
    }

    [Test]
    public async Task A_change_of_address_and_a_demotion_are_seen_by_all()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        var other = _group.Followers(leader).First();
        await _group.DriveAsync(leader.Changes.ChangeAddressAsync(other.Id, "elsewhere", default));
        await _group.DriveAsync(leader.Changes.DemoteAsync(other.Id, force: false, default));
        await _group.UntilAsync("all know it", () => _group.Members.All(member =>
            member.Status.Membership.Find(other.Id) is { Address: "elsewhere", Votes: false }));
    }

    [Test]
    public async Task The_leadership_is_handed_over_on_request()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        var heir = _group.Followers(leader).Last();
        var office = leader.Leadership!;
        await _group.DriveAsync(leader.Changes.TransferLeadershipAsync(heir.Id, default));
        Assert.That((await _group.LeaderAsync()).Id, Is.EqualTo(heir.Id));
        Assert.That(office.Lost.IsCancellationRequested, Is.True);
    }

    [Test]
    public async Task A_hand_over_to_one_that_is_not_there_fails_and_the_leader_stays()
    {
        _group = await NodeGroup.StartAsync(3);
        var leader = await _group.LeaderAsync();
        var away = _group.Followers(leader).Last();
        await away.StopAsync();
        var transfer = leader.Changes.TransferLeadershipAsync(away.Id, default);
        await Assert.ThrowsAsync<MembershipException>(() => _group.DriveAsync(transfer));
        Assert.That((await _group.LeaderAsync()).Id, Is.EqualTo(leader.Id));
    }

    private static PeerStatus PeerOf(GroupMember of, GroupMember other) =>
        of.Status.Peers.Single(peer => peer.Member.Id == other.Id);

    private async Task RefusesAsync(Task change, MembershipFailure failure, string text)
    {
        var why = (await Assert.ThrowsAsync<MembershipException>(() => _group.DriveAsync(change)))!;
        Assert.That(why.Failure, Is.EqualTo(failure), why.Message);
        Assert.That(why.Message, Does.Contain(text));
    }
}
