using Orchestrator.Tests.Builders;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Managers;
using Orchestrator.Model;
using ForAll = FsCheck.NUnit.PropertyAttribute;

#pragma warning disable NUnit1027 // FsCheck supplies the arguments; the analyzer knows only NUnit's own attributes.

namespace Orchestrator.Tests.Managers;

/// <summary>Any group with a quorum comes to rest where it should, and no step of its own takes the quorum away.</summary>
public sealed class ManagerDeciderProperties
{
    private const int MostSteps = 60;

    [ForAll(MaxTest = 3000)]
    public void Every_group_comes_to_rest_without_losing_its_quorum(int seed)
    {
        var view = RandomView(new Random(seed));
        var margin = Margin(view);
        if (margin < 0)
            return; // nobody leads: nobody decides
        for (var i = 0; ; i++)
        {
            Assert.That(i, Is.LessThan(MostSteps), "it never comes to rest");
            if (ManagerDecider.Next(view) is not { } step || step is ManagerStep.Wait)
                break;
            var next = view.After(step);
            if (step is not ManagerStep.HandOver)
                Assert.That(next.Membership.IsOneStepFrom(view.Membership), Is.True, $"{step}");
            Assert.That(Margin(next), Is.GreaterThanOrEqualTo(0), $"{step} takes the quorum away");
            Assert.That(next.Membership.Voters(), Is.GreaterThanOrEqualTo(1), $"{step}");
            view = next;
        }
        AssertAtRest(view);
    }

    private static void AssertAtRest(ManagerView view)
    {
        foreach (var member in view.Membership.Members)
        {
            if (!member.Votes && view.IsWanted(member) && view.IsReachable(member) && view.CaughtUp.Contains(member.Id))
                Assert.That(view.OthersOf(member), Is.Not.Empty, $"{member} should have a vote");
            if (!view.IsWanted(member))
                Assert.That(view.MarginWithout(member), Is.LessThan(0), $"{member} could go");
            if (!view.IsReachable(member) && view.OthersOf(member).Any(view.IsReachable))
                Assert.That(view.MarginWithout(member), Is.LessThan(0), $"{member} is replaced");
        }
    }

    private static int Margin(ManagerView view) => QuorumMargin.Of(view.Membership, view.IsReachable);

    private static ManagerView RandomView(Random random)
    {
        var count = random.Next(1, 9);
        var members = Enumerable.Range(1, count).Select(id => new Member(
            new MemberId((ulong)id), $"n{random.Next(1, count + 2)}", $"a{id}", Votes: id == 1 || random.Next(3) > 0)).ToArray();
        var others = members.Skip(1).Where(_ => random.Next(4) > 0).Select(member => member.Id).ToArray();
        var nodes = Enumerable.Range(1, count + 1).Where(_ => random.Next(6) > 0).Select(id => ManagerViews.Manager($"n{id}") with
        {
            Spec = new NodeSpec { Role = random.Next(4) > 0 ? NodeRole.Manager : NodeRole.Worker },
        });
        return new ManagerView
        {
            Self = members[0].Id,
            Membership = new Membership { Incarnation = 7, Members = [.. members] },
            Nodes = nodes.ToSortedMap(node => node.Id.Value),
            Reachable = [.. others],
            CaughtUp = [.. others.Where(_ => random.Next(3) > 0)],
        };
    }
}
