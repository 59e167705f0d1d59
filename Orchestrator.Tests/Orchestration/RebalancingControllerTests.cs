using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Primitives;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Orchestration;

/// <summary>Services with <c>swarmnet.rebalance=auto</c>.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RebalancingControllerTests
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    private readonly ControlPlane plane = new();
    private readonly RebalancingController controller = new();

    public RebalancingControllerTests() => plane.AddNode("a");

    [Test]
    public void It_waits_until_no_node_has_changed_for_half_a_minute()
    {
        AddService("web", 4);
        plane.Converge();
        plane.Advance(TimeSpan.FromHours(1));
        plane.AddNode("b");
        Assert.That(Decide().WakeAt, Is.EqualTo(plane.Now + Settling));
        plane.Advance(TimeSpan.FromSeconds(29));
        plane.AddNode("c");
        plane.Advance(TimeSpan.FromSeconds(29));
        var early = Decide();
        Assert.That((early.Parts.Length, early.WakeAt), Is.EqualTo((0, (DateTimeOffset?)plane.Now.AddSeconds(1))));
        plane.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Decide().Parts, Has.Length.EqualTo(1));
    }

    [Test]
    public void A_budget_of_moves_at_a_time_until_nothing_is_left()
    {
        var web = AddService("web", 20, parallelism: 0);
        plane.Converge();
        plane.AddNode("b");
        plane.Advance(Settling);
        Make(Decide());
        Assert.That(Moving(web), Is.EqualTo(5));
        Assert.That(Decide().Parts, Is.Empty, "the budget is spent");
        for (var round = 0; round < 2; round++)
        {
            plane.Converge();
            Make(Decide());
        }
        plane.Converge();
        Assert.That((On(web, "a"), On(web, "b")), Is.EqualTo((10, 10)));
        var last = Decide();
        Assert.That((last.Parts.Length, last.WakeAt), Is.EqualTo((0, (DateTimeOffset?)null)));
    }

    [Test]
    public void The_budget_is_for_all_services_together()
    {
        foreach (var name in new[] { "one", "two", "three" })
            AddService(name, 6);
        plane.Converge();
        plane.AddNode("b");
        plane.Advance(Settling);
        var decision = Decide();
        Assert.That(decision.Parts.Sum(part => part.Changes.Count(change => change.Kind == ChangeKind.Put)), Is.EqualTo(5));
        Assert.That(decision.Parts, Has.Length.EqualTo(2), "each service by itself");
        Make(decision);
    }

    [Test]
    public void Services_without_the_label_stay()
    {
        plane.AddService("web", 4);
        plane.AddService("api", 4, spec => spec with { Labels = StringMap.Empty.Add("swarmnet.rebalance", "off") });
        plane.Converge();
        plane.AddNode("b");
        plane.Advance(Settling);
        var decision = Decide();
        Assert.That((decision.Parts.Length, decision.WakeAt), Is.EqualTo((0, (DateTimeOffset?)null)));
    }

    [Test]
    public void What_is_not_at_rest_is_looked_at_again()
    {
        AddService("web", 4);
        plane.AddNode("b");
        plane.Advance(Settling);
        plane.Settle();
        Assert.That(Decide().WakeAt, Is.EqualTo(plane.Now + Settling));
    }

    [Test]
    public void A_clock_that_was_set_back_does_not_stop_it()
    {
        AddService("web", 4);
        plane.Converge();
        plane.AddNode("b", node => node with { Status = node.Status with { Since = plane.Now.AddDays(1) } });
        plane.Advance(Settling);
        Assert.That(Decide().Parts, Has.Length.EqualTo(1));
    }

    [Test]
    public void A_decision_that_was_overtaken_moves_nothing()
    {
        var web = AddService("web", 4);
        plane.Converge();
        plane.AddNode("b");
        plane.Advance(Settling);
        var decision = Decide();
        plane.Scale(web, 5);
        Assert.That(plane.Propose(decision.Parts.Single()).Refusal!.Kind, Is.EqualTo(RefusalKind.Stale));
    }

    [Test]
    public void It_looks_when_nodes_change_and_when_moves_are_done()
    {
        var web = AddService("web", 4);
        plane.Converge();
        Assert.That(Looks(() => plane.AddNode("b")), Is.True);
        Assert.That(Looks(() => plane.SetNodeState("b", NodeState.Down)), Is.True);
        Assert.That(Looks(() => plane.ChangeNode("b", node => node with { Description = new() })), Is.False);
        plane.SetNodeState("b", NodeState.Ready);
        plane.Advance(Settling);
        Assert.That(Looks(() => Make(Decide())), Is.False);
        Assert.That(Looks(() => plane.Settle()), Is.False);
        Assert.That(Looks(plane.Converge), Is.True);
        Assert.That(Looks(() => plane.Report(plane.Running(web)[0], TaskState.Failed)), Is.False);
        Assert.That(Looks(() => plane.UpdateService(web, spec => spec, template: false)), Is.True);
    }

    private ServiceId AddService(string name, int replicas, ulong parallelism = 1) => plane.AddService(
        name, replicas, spec => spec with
        {
            Labels = StringMap.Empty.Add("swarmnet.rebalance", "auto"),
            Update = new UpdatePolicy { Parallelism = parallelism, Order = UpdateOrder.StartFirst },
        });

    private ControllerDecision Decide() =>
        controller.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), "all");

    private void Make(ControllerDecision decision)
    {
        foreach (var part in decision.Parts)
            Assert.That(plane.Propose(part).Refusal, Is.Null);
    }

    private int Moving(ServiceId id) => plane.Wanted(id).Count(task => task.Eviction is not null);

    private int On(ServiceId id, string node) => plane.Running(id).Count(task => task.NodeId == new NodeId(node));

    private bool Looks(Action change)
    {
        var before = plane.State;
        change();
        var watch = plane.Store.WatchAsync(before.Index, CancellationToken.None).GetAsyncEnumerator();
        Assert.That(watch.MoveNextAsync().AsTask().IsCompletedSuccessfully);
        return controller.KeysOf(watch.Current, before).Any();
    }
}
