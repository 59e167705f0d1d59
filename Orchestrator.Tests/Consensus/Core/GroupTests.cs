using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>Groups of several sizes in good weather.</summary>
public sealed class GroupTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(5)]
    public void Every_member_applies_what_the_leader_took_in_that_order(int voters)
    {
        var group = new CoreGroup(voters);
        group.Elect(1);
        foreach (var command in new[] { "a", "b", "c" })
            Assert.That(group.Propose(1, command), Is.EqualTo(ProposeResult.Accepted));
        group.Settle();
        group.TickAll();
        Assert.That(group.Members.Select(member => string.Join(' ', member.State)), Is.All.EqualTo("a b c"));
    }

    [Test]
    public void A_lone_voter_leads_at_its_first_tick()
    {
        var group = new CoreGroup(1);
        group.TickAll();
        Assert.That(group[1].Core.Role, Is.EqualTo(RaftRole.Leader));
    }

    [TestCase(3)]
    [TestCase(5)]
    public void Time_alone_makes_exactly_one_leader(int voters)
    {
        var group = new CoreGroup(voters);
        group.TickAll(10 * CoreGroup.ElectionTicks);
        Assert.That(group.Members.Count(member => member.Core.Role == RaftRole.Leader), Is.EqualTo(1));
        Assert.That(group.Members.Select(member => member.Core.Leader).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void A_restarted_group_has_what_was_acknowledged()
    {
        var group = new CoreGroup(3);
        group.Elect(2);
        group.Propose(2, "a");
        group.Settle();
        foreach (var id in new ulong[] { 1, 2, 3 })
            group.Restart(id);
        group.Elect(3);
        group.TickAll();
        Assert.That(group.Members.Select(member => string.Join(' ', member.State)), Is.All.EqualTo("a"));
    }
}
