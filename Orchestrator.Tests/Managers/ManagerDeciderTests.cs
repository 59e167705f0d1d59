using Orchestrator.Primitives.Collections;
using Orchestrator.Tests.Builders;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Managers;
using Orchestrator.Model;
using static Orchestrator.Tests.Managers.ManagerViews;

namespace Orchestrator.Tests.Managers;

/// <summary>Who becomes a manager, who stops being one, and in which order.</summary>
public sealed class ManagerDeciderTests
{
    [Test]
    public void A_group_that_is_as_it_should_be_is_left_alone()
    {
        Assert.That(ManagerDecider.Next(Voters(1)), Is.Null);
        Assert.That(ManagerDecider.Next(Voters(1, 2, 3)), Is.Null);
        Assert.That(ManagerDecider.Next(Voters(1, 2, 3).Away(3)), Is.Null, "who cannot be reached may come back");
    }

    [Test]
    public void A_learner_gets_a_vote_when_it_has_the_log()
    {
        var learner = Voters(1).WithLearner(2, "n2");
        Assert.That(Story(learner), Is.EqualTo("+2"));
        Assert.That(Story(learner with { CaughtUp = [] }), Is.Empty);
        Assert.That(Story(Voters(1).WithLearner(2, "n2", isReachable: false)), Is.Empty, "and it stays, however long");
    }

    [Test]
    public void A_learner_whose_node_is_not_wanted_any_more_goes_without_a_vote()
    {
        Assert.That(Story(Voters(1).WithLearner(2, "n2").Demoted(2)), Is.EqualTo("-2"));
        Assert.That(Story(Voters(1).WithLearner(2, "n2", isReachable: false).Gone(2)), Is.EqualTo("-2"));
    }

    [Test]
    public void A_demoted_manager_and_one_whose_node_was_removed_go()
    {
        Assert.That(Story(Voters(1, 2, 3).Demoted(2)), Is.EqualTo("-2"));
        Assert.That(Story(Voters(1, 2, 3).Away(3).Gone(3)), Is.EqualTo("-3"));
    }

    [Test]
    public void A_removal_that_would_cost_the_quorum_waits_and_says_why()
    {
        var step = ManagerDecider.Next(Voters(1, 2, 3).Away(3).Demoted(2));
        Assert.That(step, Is.TypeOf<ManagerStep.Wait>().With.Property(nameof(ManagerStep.Wait.Why))
            .Contains("node n2 stays a manager for now").And.Property(nameof(ManagerStep.Wait.Why)).Contains("Bring managers back"));
    }

    [Test]
    public void Who_cannot_be_reached_goes_first_which_makes_room_for_the_others() =>
        Assert.That(Story(Voters(1, 2, 3).Away(3).Demoted(2, 3)), Is.EqualTo("-3, -2"));

    [Test]
    public void A_new_manager_gets_its_vote_before_an_old_one_goes() =>
        Assert.That(Story(Voters(1, 2, 3).WithLearner(4, "n4").Demoted(2)), Is.EqualTo("+4, -2"));

    [Test]
    public void A_leader_that_is_to_go_hands_over_and_the_next_one_removes_it()
    {
        Assert.That(Story(Voters(1, 2, 3).Demoted(1)), Is.EqualTo("hand over, -1"));
        Assert.That(Story(Voters(1, 2).Demoted(1)), Is.EqualTo("hand over, -1"));
        Assert.That(Story(Voters(1).WithLearner(2, "n2").Demoted(1)), Is.EqualTo("+2, hand over, -1"));
    }

    [Test]
    public void The_last_manager_stays()
    {
        Assert.That(Story(Voters(1).Demoted(1)), Is.EqualTo("wait"));
        Assert.That(Story(Voters(1, 2, 3).Demoted(1, 2, 3)), Is.EqualTo("-2, -3, wait"));
        Assert.That(((ManagerStep.Wait)ManagerDecider.Next(Voters(1).Demoted(1))!).Why, Does.Contain("last manager"));
    }

    [Test]
    public void A_node_that_lost_its_disk_replaces_its_former_member()
    {
        var wiped = Voters(1, 2, 3).Away(3).WithLearner(4, "n3");
        Assert.That(Story(wiped), Is.EqualTo("-3, +4"));
        Assert.That(Story(wiped.Away(4)), Is.Empty, "until one of them is there, nobody knows which");
        Assert.That(Story(wiped with { Reachable = wiped.Reachable.Add(new MemberId(3)) }), Is.Empty,
            "the connection to the old one is about to break");
        Assert.That(Story(wiped.WithLearner(5, "n3").Away(3, 4)), Is.EqualTo("-3, -4, +5"));
    }

    [Test]
    public void Rows_show_where_managers_are_and_nothing_for_others()
    {
        var view = Voters(1, 2).Gone(2);
        view = view with
        {
            Nodes = view.Nodes.SetItem("w", Manager("w") with { ManagerAddress = "10.0.0.9:2377" })
                .SetItem("n1", Manager("n1") with { ManagerAddress = "10.0.0.7:2377" }),
        };
        var now = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
        var rows = ManagerRows.Differing(view, now);
        Assert.That(rows.Select(row => (row.Id.Value, row.ManagerAddress)), Is.EqualTo(new[] { ("n1", "10.0.0.1:2377"), ("w", "") }));
        Assert.That(rows.Select(row => row.Meta.UpdatedAt), Has.All.EqualTo(now));
        var after = view with { Nodes = view.Nodes.SetItems(rows.Select(row => KeyValuePair.Create(row.Id.Value, row))) };
        Assert.That(ManagerRows.Differing(after, now), Is.Empty);
    }

    [Test]
    public void The_row_of_a_manager_without_an_address_keeps_its_own()
    {
        var view = Voters(1);
        view = view with
        {
            Membership = view.Membership.WithAddress(view.Self, ""),
            Nodes = view.Nodes.SetItem("n1", Manager("n1") with { ManagerAddress = "10.0.0.1:2377" }),
        };
        Assert.That(ManagerRows.Differing(view, default), Is.Empty);
    }

    [Test]
    public void A_node_with_two_members_shows_the_one_that_is_there()
    {
        var rows = ManagerRows.Differing(Voters(1, 2, 3).Away(3).WithLearner(4, "n3"), default);
        Assert.That(rows.Single(row => row.Id.Value == "n3").ManagerAddress, Is.EqualTo("10.0.0.4:2377"));
    }

    /// <summary>What the leader takes from its status.</summary>
    [Test]
    public void A_view_counts_links_and_how_far_learners_are()
    {
        var members = Voters(1, 2, 3).Membership;
        var status = new MemberStatus
        {
            Self = new MemberId(1), Membership = members, LastIndex = 5000,
            Peers = [new PeerStatus(members.Members[1], 4000, true, ""), new PeerStatus(members.Members[2], 3999, false, "away")],
        };
        var view = ManagerView.Of(status, SortedMap<Node>.Empty);
        Assert.That(view.Reachable, Is.EqualTo(new[] { new MemberId(2) }));
        Assert.That(view.CaughtUp, Is.EqualTo(new[] { new MemberId(2) }));
        var young = status with { LastIndex = 5, Peers = [new PeerStatus(members.Members[1], 0, true, "")] };
        Assert.That(ManagerView.Of(young, view.Nodes).CaughtUp, Is.Empty, "nothing was heard of it yet");
    }
}
