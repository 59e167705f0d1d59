using Orchestrator.Model;
using Orchestrator.Scheduling.Rebalancing;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Scheduling;

/// <summary>What holds for any cluster that tasks are moved in. What is moved and why is told by stories.</summary>
public sealed class RebalancerTests
{
    [Test]
    public void Moves_come_to_an_end_violate_no_filter_and_lose_no_task([Range(1, 150)] int seed)
    {
        var cluster = new GeneratedCluster(seed);
        foreach (var _ in cluster.Live())
        {
            var plane = cluster.Plane;
            plane.Converge();
            var plan = PlanAll(plane);
            foreach (var move in plan.Moves)
            {
                Assert.That(GeneratedCluster.Fits(plane.State, move.Task, move.To), () => $"{move.Service.Key} {move.Why}");
                plane.Apply(Change.Update(plane.State.Task(move.Task.Id)! with { NodeId = move.To.Id }));
            }
            Assert.That(plan.Moves.Select(move => move.Task.Id), Is.Unique);
            var rest = PlanAll(plane);
            foreach (var move in rest.Moves)
                plane.Apply(Change.Update(plane.State.Task(move.Task.Id)! with { NodeId = move.To.Id }));
            Assert.That(PlanAll(plane).Moves, Is.Empty);
        }
    }

    /// <summary>By replacements that the scheduler places, with the old tasks running beside them.</summary>
    [Test]
    public void Moves_that_are_made_come_to_an_end_too([Range(1, 100)] int seed)
    {
        var cluster = new GeneratedCluster(seed) { CanDraw = false };
        foreach (var _ in cluster.Live())
        {
            var plane = cluster.Plane;
            plane.Converge();
            var replicas = plane.State.Services.Values.ToDictionary(service => service.Id, service => plane.Running(service.Id).Length);
            for (var round = 0; Rebalance(plane, most: 5) > 0; round++)
                Assert.That(round, Is.LessThan(20), "it never ends");
            foreach (var (service, running) in replicas)
                Assert.That(plane.Running(service), Has.Length.AtLeast(running), "what waited may find room now");
            Assert.That(plane.State.Tasks.Values.Count(task => task is { Eviction: not null, Desired: <= TaskState.Complete }), Is.Zero);
        }
    }

    [Test]
    public void Where_all_nodes_are_equal_a_plan_of_enough_moves_makes_every_service_even([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var plane = new ControlPlane(seed);
        for (var node = 0; node < random.Next(1, 6); node++)
            plane.AddNode($"n{node}");
        ServiceId[] ids = [.. Enumerable.Range(0, random.Next(1, 5)).Select(at => plane.AddService($"s{at}", random.Next(1, 30)))];
        plane.Converge();
        for (var node = 0; node < random.Next(1, 6); node++)
            plane.AddNode($"late{node}");
        for (var round = 0; Rebalance(plane, most: 100) > 0; round++)
            Assert.That(round, Is.LessThan(20), "it never ends");
        foreach (var id in ids)
        {
            var counts = plane.State.Nodes.Keys.Select(node => plane.Running(id).Count(task => task.NodeId!.Value.Value == node)).ToArray();
            Assert.That(counts.Max() - counts.Min(), Is.LessThanOrEqualTo(1));
        }
        var totals = plane.State.Nodes.Values.Select(node => plane.State.UsageOf(node.Id).Tasks).ToArray();
        Assert.That(totals.Max() - totals.Min(), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Moves_under_way_count_and_their_service_is_left_alone_until_they_are_done()
    {
        var plane = new ControlPlane();
        plane.AddNode("a");
        var web = plane.AddService("web", 4);
        plane.AddService("api", 4);
        plane.Converge();
        plane.AddNode("b");
        plane.Apply([.. Rebalancer.Begin(Plan(plane, most: 2, web).Moves, plane.Now)]);
        var next = PlanAll(plane, most: 3);
        Assert.That((next.UnderWay, next.Moves.Length), Is.EqualTo((2, 1)));
        Assert.That(next.Moves[0].Service.Spec.Name, Is.EqualTo("api"));
        Assert.That(next.LeftAlone.Single().Why, Is.EqualTo("tasks of it are being moved"));
        Assert.That(PlanAll(plane, most: 2).Moves, Is.Empty);
    }

    [Test]
    public void A_service_that_is_being_updated_or_does_not_run_is_left_alone()
    {
        var plane = new ControlPlane();
        plane.AddNode("a");
        var web = plane.AddService("web", 2);
        plane.Settle();
        Assert.That(PlanAll(plane).LeftAlone.Single().Why, Is.EqualTo("not all of its tasks run"));
        plane.Converge();
        plane.UpdateService(web, spec => spec, template: true);
        Assert.That(PlanAll(plane).LeftAlone.Single(), Has.Property("Why").EqualTo("it is being updated").And.Property("Passes").True);
    }

    private static int Rebalance(ControlPlane plane, int most)
    {
        var moves = PlanAll(plane, most).Moves;
        plane.Apply([.. Rebalancer.Begin(moves, plane.Now)]);
        for (var minute = 0; minute < 3; minute++)
        {
            plane.Converge();
            plane.Advance(TimeSpan.FromMinutes(1));
        }
        plane.Converge();
        return moves.Length;
    }

    private static RebalancePlan PlanAll(ControlPlane plane, int most = 1000) =>
        Rebalancer.Plan(plane.State, new RebalanceScope(plane.State.Services.Values, most, WithLocalData: false), plane.Now);

    private static RebalancePlan Plan(ControlPlane plane, int most, ServiceId service) =>
        Rebalancer.Plan(plane.State, new RebalanceScope([plane.State.Service(service)!], most, WithLocalData: true), plane.Now);
}
