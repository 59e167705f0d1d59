using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Hosting;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Consensus;
using Membership = Orchestrator.Consensus.Core.Membership;

namespace Orchestrator.Tests.Hosting;

/// <summary>What the API is told of the members of a Raft group.</summary>
public sealed class RaftGroupTests
{
    [Test]
    public async Task Every_member_sees_who_leads_and_whom_it_reaches_itself()
    {
        await using var group = await NodeGroup.StartAsync(3);
        var leader = await group.LeaderAsync();
        var follower = group.Followers(leader).First();
        var seen = new RaftGroup(follower.Node, new StateStore());
        await group.UntilAsync("all are reachable", () => seen.Status.Margin == 1);
        Assert.That(seen.Status.Leader, Is.EqualTo(new NodeId($"n{leader.Id}")));
        Assert.That(seen.Status.Members.Select(member => $"{member.Node} {member.Address} {member.Votes}"),
            Is.EqualTo(new[] { "n1 a1 True", "n2 a2 True", "n3 a3 True" }));
        group.Network.Isolate(follower.Id, group.Ids);
        await group.UntilAsync("it leads nobody and follows nobody", () => seen.Status is { Leader: null, Margin: -1 });
        Assert.That(seen.Status.Members.Where(member => member.IsReachable).Select(member => member.Node),
            Is.EqualTo(new[] { new NodeId($"n{follower.Id}") }));
    }

    [Test]
    public async Task A_learner_is_a_member_without_a_vote()
    {
        await using var group = await NodeGroup.StartAsync(1);
        var alone = await group.LeaderAsync();
        group.AddJoiner(9);
        await group.DriveAsync(alone.Changes.AddLearnerAsync(new Member(new MemberId(9), "n9", "a9", false), default));
        var status = new RaftGroup(alone.Node, new StateStore()).Status;
        Assert.That(status.Members.Select(member => $"{member.Node} {member.Votes}"), Is.EqualTo(new[] { "n1 True", "n9 False" }));
        Assert.That(status.Margin, Is.Zero);
    }

    [Test]
    public void A_founder_without_an_address_has_that_of_its_row()
    {
        var plane = new ControlPlane();
        plane.AddNode("n1", node => node with { ManagerAddress = "10.0.0.1:2377" });
        var member = RaftGroup.Of(Alone(), plane.State).Members.Single();
        Assert.That(member.Address, Is.EqualTo("10.0.0.1:2377"));
        Assert.That(member.IsReachable, Is.True);
    }

    [Test]
    public void A_member_that_lost_its_data_counts_for_nothing_and_says_so()
    {
        var status = RaftGroup.Of(Alone() with { LostData = "the log was cut" }, new ControlPlane().State);
        Assert.That(status.Margin, Is.EqualTo(-1));
        Assert.That(status.Members.Single().Problem, Is.EqualTo("the log was cut"));
    }

    private static MemberStatus Alone()
    {
        var self = new Member(new MemberId(1), "n1", "", Votes: true);
        return new MemberStatus { Self = self.Id, Membership = new Membership { Incarnation = 1, Members = [self] } };
    }
}
