using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Scheduling;
using Orchestrator.Scheduling.Explaining;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Orchestration;

/// <summary>Tasks are told to go only when that helps, and never again and again.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EvictionTests
{
    private readonly ControlPlane plane = new();

    [Test]
    public void Units_that_are_left_one_after_the_other_are_kept_for_whom_they_are_left([Values(1, 5)] int secondsToStop)
    {
        plane.AddNode("a", node => Having(node, Offers(64, Unit("u1"), Unit("u2"), Unit("u3"))));
        var low = Add("low", 2, Asks(0, Gpus(1)));
        plane.Converge();
        var high = Add("high", 1, Asks(0, Gpus(2)), priority: 10, preempt: true);
        var evicted = EvictedIn(low, rounds: 30, () =>
        {
            var stopping = plane.State.Tasks.Values.FirstOrDefault(task => task is { NodeId: not null, Desired: >= TaskState.Shutdown }
                && !task.Status.State.IsTerminal());
            if (stopping is not null)
                plane.Report(stopping, TaskState.Shutdown);
            foreach (var task in plane.State.Tasks.Values.Where(task => task is { NodeId: not null, Desired: < TaskState.Shutdown }))
                plane.Report(task, task.Desired);
            plane.Advance(TimeSpan.FromSeconds(secondsToStop));
        });
        Assert.That(plane.Running(high), Has.Length.EqualTo(1));
        Assert.That(evicted, Is.LessThanOrEqualTo(2));
    }

    [Test]
    public void What_a_task_wants_to_be_near_to_is_not_pushed_out_for_it()
    {
        plane.AddNode("n1");
        plane.AddNode("n2");
        Add("filler", 2, Asks(2), priority: 10, preempt: true);
        plane.Converge();
        var cache = Add("cache", 1, Asks(2));
        plane.Converge();
        var high = Add("high", 1, Asks(2), priority: 10, preempt: true, affinity: "service==cache");
        Assert.That(EvictedIn(cache, rounds: 10, () => plane.RunAgents()), Is.Zero);
        Assert.That(plane.Wanted(high).Single().NodeId, Is.Null);
    }

    [Test]
    public void For_two_that_must_be_apart_nobody_is_pushed_out_twice_on_one_node()
    {
        plane.AddNode("n1");
        Add("low", 4, Asks(1));
        plane.Converge();
        Add("high", 2, Asks(2), priority: 10, preempt: true, affinity: "service!=self");
        Reconcile();
        Assert.That(new Scheduler().Decide(plane.State, plane.Now, 1).Preempted.Select(made => made.For.Slot), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void An_update_of_a_service_that_may_push_others_out_uses_its_own_room()
    {
        plane.AddNode("n1");
        plane.AddNode("n2");
        var high = Add("high", 1, Asks(2), priority: 10, preempt: true,
            more: spec => spec with { Template = spec.Template with { Placement = new Placement { MaxReplicasPerNode = 1 } } });
        plane.Converge();
        var low = Add("low", 3, Asks(2));
        plane.Converge();
        plane.UpdateService(high, spec => spec with
        {
            Template = spec.Template with { Container = spec.Template.Container with { Image = "app:2" } },
        }, template: true);
        Assert.That(EvictedIn(low, rounds: 10, () => plane.RunAgents()), Is.Zero);
        Assert.That(plane.Running(high).Single().Revision, Is.EqualTo(2));
    }

    [Test]
    public void A_move_pushes_nobody_out()
    {
        plane.AddNode("n1");
        var high = Add("high", 2, Asks(2), priority: 10, preempt: true);
        plane.Converge();
        plane.AddNode("n2");
        var low = Add("low", 2, Asks(2));
        plane.Converge();
        var moved = plane.Running(high)[0];
        plane.Apply(Change.Update(moved with { Eviction = new Eviction { Reason = "rebalanced", At = plane.Now, Gentle = true } }));
        Assert.That(EvictedIn(low, rounds: 10, () => plane.RunAgents()), Is.Zero);
    }

    [Test]
    public void Who_hangs_while_stopping_is_not_waited_for_for_ever()
    {
        plane.AddNode("n1");
        plane.AddNode("n2");
        var low = Add("low", 2, Asks(4));
        plane.Converge();
        var high = Add("high", 1, Asks(4), priority: 10, preempt: true);
        plane.Settle();
        var hanging = plane.State.TasksOf(low).Values.Single(task => task.Eviction is not null);
        plane.Advance(TimeSpan.FromMinutes(5));
        plane.Settle();
        plane.Report(plane.State.TasksOf(low).Values.Single(task => task.Eviction is not null && task.Id != hanging.Id), TaskState.Shutdown);
        plane.Settle();
        Assert.That(plane.Wanted(high).Single().NodeId, Is.Not.Null.And.Not.EqualTo(hanging.NodeId));
    }

    [Test]
    public void A_move_that_came_to_nothing_is_not_made_again_at_once([Values(0, 1, 5)] int history)
    {
        plane.Apply(Change.Create(new Cluster { Id = new ClusterId("c"), Spec = new ClusterSpec { TaskHistoryLimit = history } }));
        plane.AddNode("a");
        plane.AddService("web", 4, spec => spec with { Labels = StringMap.Empty.Add("swarmnet.rebalance", "auto") });
        plane.Converge();
        plane.AddNode("b");
        plane.Advance(TimeSpan.FromMinutes(2));
        var rejected = 0;
        DateTimeOffset? wakeAt = null;
        bool RejectOnB()
        {
            var tasks = plane.State.TasksOn(new NodeId("b")).Values.Where(task => !task.Status.State.IsTerminal()).ToArray();
            foreach (var task in tasks)
                plane.Report(task, TaskState.Rejected, "no such image");
            rejected += tasks.Length;
            return tasks.Length > 0;
        }
        for (var second = 0; second < 120; second++, plane.Advance(TimeSpan.FromSeconds(1)))
        {
            var decision = new RebalancingController().Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), "all");
            foreach (var part in decision.Parts)
                Assert.That(plane.Propose(part).Refusal, Is.Null);
            wakeAt = decision.WakeAt;
            do
                plane.Settle();
            while (RejectOnB());
            plane.RunAgents();
        }
        Assert.That(rejected, Is.InRange(1, 4), "each task that could move did once");
        Assert.That(wakeAt, Is.GreaterThan(plane.Now), "it looks again");
    }

    [Test]
    public void A_node_that_says_nothing_of_its_memory_keeps_its_tasks()
    {
        plane.AddNode("a");
        var web = Add("web", 2, Asks(1) with { MemoryBytes = ControlPlane.MiB });
        plane.Converge();
        plane.ChangeNode("a", node => Having(node, node.Description.Resources with { MemoryBytes = 0 }));
        Assert.That(EvictedIn(web, rounds: 3, () => plane.RunAgents()), Is.Zero);
    }

    /// <summary>The small one goes first by its age, but the large one that has to follow would have been enough.</summary>
    [Test]
    public void Of_a_node_that_shrinks_nobody_goes_who_need_not()
    {
        plane.AddNode("a", node => Having(node, Offers(5)));
        var large = Add("large", 1, Asks(4));
        plane.Converge();
        plane.Advance(TimeSpan.FromHours(1));
        var small = Add("small", 1, Asks(1));
        plane.Converge();
        plane.ChangeNode("a", node => Having(node, Offers(2)));
        plane.Converge();
        Assert.That((plane.Running(large).Length, plane.Running(small).Length), Is.EqualTo((0, 1)));
        Assert.That(plane.State.TasksOf(small).Values.Select(task => task.Eviction), Is.All.Null);
    }

    [Test]
    public void Absurd_numbers_of_a_node_stop_nobody()
    {
        plane.Apply(Change.Create(new Cluster { Id = new ClusterId("c"), Spec = new ClusterSpec { Overcommit = 0.1 } }));
        plane.AddNode("a", node => Having(node, new NodeResources
        {
            NanoCpus = long.MaxValue, MemoryBytes = long.MaxValue,
            Generic = [Gpus(long.MaxValue), Gpus(long.MaxValue), new GenericResource { Kind = "ssd", Count = 1 }, Unit("u1")],
        }));
        var low = Add("low", 1, Asks(1, Gpus(1)));
        plane.Converge();
        Assert.That(plane.Running(low), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_port_that_something_else_holds_is_not_tried_for_ever()
    {
        plane.AddNode("a");
        var web = Add("web", 1, Asks(0), more: spec => spec with
        {
            Template = spec.Template with { Restart = new RestartPolicy { Delay = TimeSpan.Zero } },
            Endpoint = new EndpointSpec { Ports = [new PortConfig { Target = 80, Published = 8000, PublishedEnd = 8002, Mode = PublishMode.Host }] },
        });
        var tried = new List<uint>();
        for (var attempt = 0; attempt < 3; attempt++, plane.Advance(TimeSpan.FromSeconds(2)))
        {
            plane.Settle();
            var task = plane.Wanted(web).Single(wanted => wanted.NodeId is not null);
            tried.Add(task.Grant!.Ports.Single().Published);
            plane.Report(task, TaskState.Rejected, "port is in use");
        }
        Assert.That(tried, Is.EqualTo(new[] { 8000u, 8001u, 8002u }));
    }

    [Test]
    public void A_dry_run_sees_which_units_it_has_given_out()
    {
        plane.AddNode("a", node => Having(node, Offers(4, Unit("u1"), Unit("u2"))));
        var id = Add("low", 3, Asks(0, Gpus(1)));
        var plan = PlacementPlan.Of(plane.State, plane.State.Service(id)!, plane.Now);
        Assert.That((plan.Placed, plan.Explanation.Fitting), Is.EqualTo((2, 0)));
        Assert.That(plan.Explanation.Reason, Does.Contain("insufficient resources"));
    }

    private static NodeResources Offers(long cpus, params ReadOnlySpan<GenericResource> generic) =>
        new() { NanoCpus = cpus * ControlPlane.Core, MemoryBytes = 4096 * ControlPlane.MiB, Generic = [.. generic] };

    private static NodeResources Asks(long cpus, params ReadOnlySpan<GenericResource> generic) => Offers(cpus, generic) with { MemoryBytes = 0 };

    private static GenericResource Unit(string name) => new() { Kind = "gpu", Unit = name };

    private static GenericResource Gpus(long count) => new() { Kind = "gpu", Count = count };

    private static Node Having(Node node, NodeResources has) => node with { Description = node.Description with { Resources = has } };

    private ServiceId Add(string name, int replicas, NodeResources asks, int priority = 0, bool preempt = false, string? affinity = null,
        Func<ServiceSpec, ServiceSpec>? more = null) => plane.AddService(name, replicas, spec =>
    {
        var labels = StringMap.Empty.Add("swarmnet.priority", $"{priority}").Add("swarmnet.preempt", preempt ? "true" : "false");
        spec = spec with
        {
            Labels = affinity is null ? labels : labels.Add("swarmnet.affinities", $"[\"{affinity}\"]"),
            Template = spec.Template with { Resources = new ResourceRequirements { Reservations = asks } },
        };
        return more?.Invoke(spec) ?? spec;
    });

    private void Reconcile()
    {
        foreach (var id in plane.State.ServicesWithHistory.ToArray())
            if (ServiceReconciler.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), new ServiceId(id)).Changes is { IsEmpty: false } changes)
                plane.Apply([.. changes]);
    }

    /// <returns>how many of the service's tasks were told to go</returns>
    private int EvictedIn(ServiceId id, int rounds, Action agents)
    {
        var evicted = new HashSet<TaskId>();
        for (var round = 0; round < rounds; round++)
        {
            plane.Settle();
            evicted.UnionWith(plane.State.TasksOf(id).Values.Where(task => task.Eviction is { Gentle: false }).Select(task => task.Id));
            agents();
        }
        return evicted.Count;
    }
}
