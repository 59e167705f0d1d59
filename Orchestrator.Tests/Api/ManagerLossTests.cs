using Orchestrator.Api;
using Orchestrator.Api.Writes;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

/// <summary>Which managers the others can do without.</summary>
public sealed class ManagerLossTests
{
    private const string Last = "attempting to demote the last manager of the swarm";
    private const string Quorum = "can't remove member from the raft: this would result in a loss of quorum";

    /// <param name="group">
    /// managers by number: 1+ reachable, 1- not, 1~ without a vote yet, 1? no member yet, 1x being demoted
    /// </param>
    [TestCase("1+", "1", Last)]
    [TestCase("1+ 2+", "2", null)]
    [TestCase("1+ 2+ 3+", "1", null)]
    [TestCase("1+ 2+ 3-", "3", null, Description = "one that is away costs nothing")]
    [TestCase("1+ 2+ 3-", "2", Quorum)]
    [TestCase("1+ 2+ 3+ 4-", "3", null)]
    [TestCase("1+ 2+ 3+ 4- 5-", "3", Quorum)]
    [TestCase("1+ 2+ 3+ 4+ 5-", "3", null)]
    [TestCase("1+ 2~", "1", Last, Description = "a learner cannot go on alone")]
    [TestCase("1+ 2~", "2", null)]
    [TestCase("1+ 2?", "1", Last)]
    [TestCase("1+ 2?", "2", null)]
    [TestCase("1+ 2x", "1", Last, Description = "both at once")]
    [TestCase("1+ 2+ 3x", "2", null)]
    [TestCase("1+ 2- 3x", "1", Quorum, Description = "only the one that is away would be left")]
    public void A_manager_may_go_if_the_others_can_decide_without_it(string group, string gone, string? refusal)
    {
        var refused = RefusalOf(group, gone, force: false);
        Assert.That(refused, refusal is null ? Is.Null : Does.StartWith(refusal));
    }

    [TestCase("1+ 2+ 3-", "2", null)]
    [TestCase("1+ 2+ 3+ 4- 5-", "3", null)]
    [TestCase("1+", "1", Last)]
    [TestCase("1+ 2~", "1", Last)]
    public void Force_gives_up_the_quorum_but_never_the_last_manager(string group, string gone, string? refusal)
    {
        var refused = RefusalOf(group, gone, force: true);
        Assert.That(refused, refusal is null ? Is.Null : Does.StartWith(refusal));
    }

    [Test]
    public void A_refusal_names_the_margin_and_what_to_do() =>
        Assert.That(RefusalOf("1+ 2+ 3-", "2", force: false), Is.EqualTo(Quorum + ": without node m2, 1 of the 2 managers "
            + "that are left can be reached, and 2 are needed to decide anything. Bring managers back first, or demote one "
            + "that is away; swarmnet node demote --force only if those who are away never come back"));

    [Test]
    public void The_decision_rests_on_the_managers_that_stay()
    {
        var (state, group) = Read("1+ 2+ 3x");
        var required = ManagerLoss.Decide(state, group, state.Node(new NodeId("m2"))!, force: false);
        Assert.That(required.Select(change => (change.Kind, change.Key)), Is.EqualTo(new[] { (ChangeKind.Require, "m1") }));
    }

    private static string? RefusalOf(string group, string gone, bool force)
    {
        var (state, status) = Read(group);
        try
        {
            _ = ManagerLoss.Decide(state, status, state.Node(new NodeId("m" + gone))!, force);
            return null;
        }
        catch (ApiException refused) when (refused.Status == 400)
        {
            return refused.Message;
        }
    }

    private static (StateSnapshot State, GroupStatus Group) Read(string group)
    {
        var plane = new ControlPlane();
        var members = new List<GroupMember>();
        foreach (var text in group.Split(' '))
        {
            var name = "m" + text[0];
            plane.AddNode(name, node => node with
            {
                Spec = node.Spec with { Role = text[1] == 'x' ? NodeRole.Worker : NodeRole.Manager },
            });
            if (text[1] != '?')
                members.Add(FakeGroup.Member(name, isReachable: text[1] != '-', votes: text[1] != '~'));
        }
        return (plane.State, FakeGroup.Of("m1", [.. members]));
    }
}
