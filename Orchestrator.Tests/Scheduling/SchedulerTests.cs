using Orchestrator.Model;
using Orchestrator.Scheduling;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Scheduling;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SchedulerTests
{
    private readonly ControlPlane plane = new();

    [Test]
    public void Spread_differs_by_at_most_one_where_all_nodes_are_equal([Values(1, 5, 6, 7, 30)] int replicas)
    {
        var cluster = new ControlPlane(replicas);
        foreach (var name in new[] { "a", "b", "c" })
            cluster.AddNode(name);
        cluster.AddService("web", replicas);
        cluster.Settle();
        var counts = cluster.State.Nodes.Values.Select(node => cluster.State.UsageOf(node.Id).Tasks).ToArray();
        Assert.That(counts.Sum(), Is.EqualTo(replicas));
        Assert.That(counts.Max() - counts.Min(), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Reservations_are_never_exceeded_and_the_rest_waits_with_the_reason()
    {
        plane.AddNode("a");
        var id = plane.AddService("web", 5, spec => WithReservation(spec, memory: 1024 * ControlPlane.MiB));
        plane.Settle();
        Assert.That(plane.State.UsageOf(new NodeId("a")).MemoryBytes, Is.EqualTo(4096 * ControlPlane.MiB));
        var waiting = plane.Wanted(id).Single(task => task.NodeId is null);
        Assert.That(waiting.Status.Error, Does.StartWith("no suitable node (insufficient resources on 1 node); tried again when a "));
    }

    [Test]
    public void A_waiting_task_is_placed_as_soon_as_it_fits()
    {
        var id = plane.AddService("web", 1);
        plane.Settle();
        Assert.That(plane.Wanted(id).Single().Status.Error, Is.EqualTo("no suitable node (the cluster has no nodes); tried again when a node joins"));
        plane.AddNode("a");
        plane.Settle();
        Assert.That(plane.Wanted(id).Single().NodeId, Is.EqualTo(new NodeId("a")));
        Assert.That(plane.Wanted(id).Single().Status.Error, Is.Empty);
    }

    [Test]
    public void A_task_waits_since_it_was_made_whatever_the_reason_becomes()
    {
        var id = plane.AddService("web", 1);
        plane.Settle();
        var since = plane.Now;
        plane.Advance(TimeSpan.FromMinutes(5));
        plane.AddNode("a", node => node with { Spec = node.Spec with { Availability = Availability.Drain } });
        plane.Settle();
        var waiting = plane.Wanted(id).Single();
        Assert.That(waiting.Status.Error, Is.EqualTo(
            "no suitable node (1 node not available for new tasks); tried again when a node becomes ready"));
        Assert.That((waiting.Status.Timestamp, waiting.Meta.UpdatedAt), Is.EqualTo((since, plane.Now)));
    }

    [TestCase("node.hostname==b", "b")]
    [TestCase("node.hostname!=b", "a c")]
    [TestCase("node.labels.disk==ssd", "a")]
    [TestCase("node.labels.disk!=ssd", "b c")]
    [TestCase("engine.labels.rack==r1", "b")]
    [TestCase("node.role==manager", "c")]
    [TestCase("node.platform.arch==amd64", "a b c")]
    [TestCase("node.id==nobody", "")]
    public void Constraints_choose_nodes(string constraint, string expected)
    {
        plane.AddNode("a", node => node with { Spec = node.Spec with { Labels = StringMap.Empty.Add("disk", "ssd") } });
        plane.AddNode("b", node => node with
        {
            Description = node.Description with { EngineLabels = StringMap.Empty.Add("rack", "r1") },
        });
        plane.AddNode("c", node => node with { Spec = node.Spec with { Role = NodeRole.Manager } });
        var id = plane.AddService("web", 9, spec => WithPlacement(spec, new Placement { Constraints = [constraint] }));
        plane.Settle();
        var used = plane.Wanted(id).Select(task => task.NodeId?.Value).OfType<string>().Distinct().Order();
        Assert.That(string.Join(' ', used), Is.EqualTo(expected));
    }

    [Test]
    public void A_host_port_is_given_to_one_task_on_each_node()
    {
        plane.AddNode("a");
        plane.AddNode("b");
        var port = new PortConfig { Target = 80, Published = 8080, Mode = PublishMode.Host };
        var id = plane.AddService("web", 3, spec => spec with { Endpoint = new EndpointSpec { Ports = [port] } });
        plane.Settle();
        Assert.That(plane.Wanted(id).Where(task => task.NodeId is not null).Select(task => task.NodeId), Is.Unique);
        Assert.That(plane.Wanted(id).Single(task => task.NodeId is null).Status.Error,
            Does.StartWith("no suitable node (host-mode port already in use on 2 nodes); tried again when a "));
    }

    [Test]
    public void A_refusal_counts_the_nodes_by_their_first_reason()
    {
        plane.AddNode("a", node => node with { Spec = node.Spec with { Availability = Availability.Drain } });
        plane.AddNode("b", node => node with { Status = node.Status with { State = NodeState.Down } });
        plane.AddNode("c");
        plane.AddNode("d", node => node with { Description = node.Description with { RuntimeError = "engine stopped" } });
        var id = plane.AddService("web", 1, spec => WithReservation(spec, memory: 1L << 50));
        plane.Settle();
        Assert.That(plane.Wanted(id).Single().Status.Error,
            Does.StartWith("no suitable node (3 nodes not available for new tasks; insufficient resources on 1 node); tried again when a "));
    }

    [Test]
    public void Generic_resources_are_counted()
    {
        plane.AddNode("a", node => node with
        {
            Description = node.Description with
            {
                Resources = node.Description.Resources with { Generic = [new GenericResource { Kind = "SSD", Count = 2 }] },
            },
        });
        var id = plane.AddService("web", 3, spec => spec with
        {
            Template = spec.Template with
            {
                Resources = new ResourceRequirements
                {
                    Reservations = new NodeResources { Generic = [new GenericResource { Kind = "SSD", Count = 1 }] },
                },
            },
        });
        plane.Settle();
        Assert.That(plane.Wanted(id).Count(task => task.NodeId is not null), Is.EqualTo(2));
    }

    [Test]
    public void Max_replicas_per_node_holds()
    {
        plane.AddNode("a");
        var id = plane.AddService("web", 3, spec => WithPlacement(spec, new Placement { MaxReplicasPerNode = 2 }));
        plane.Settle();
        Assert.That(plane.State.UsageOf(new NodeId("a")).Tasks, Is.EqualTo(2));
        Assert.That(plane.Wanted(id).Single(task => task.NodeId is null).Status.Error, Does.Contain("max replicas per node"));
    }

    [Test]
    public void Binpack_fills_one_node_before_the_next()
    {
        foreach (var name in new[] { "a", "b", "c" })
            plane.AddNode(name);
        plane.AddService("web", 4, spec => WithReservation(spec, memory: 1024 * ControlPlane.MiB) with
        {
            Labels = StringMap.Empty.Add("swarmnet.strategy", "binpack"),
        });
        plane.Settle();
        Assert.That(plane.State.Nodes.Values.Select(node => plane.State.UsageOf(node.Id).Tasks), Is.EquivalentTo(new[] { 4, 0, 0 }));
    }

    [Test]
    public void Random_uses_every_node_that_fits_and_never_one_that_does_not()
    {
        foreach (var name in new[] { "a", "b", "c" })
            plane.AddNode(name);
        plane.ChangeNode("c", node => node with { Spec = node.Spec with { Availability = Availability.Pause } });
        plane.AddService("web", 100, spec => spec with { Labels = StringMap.Empty.Add("swarmnet.strategy", "random") });
        plane.Settle();
        Assert.That(plane.State.UsageOf(new NodeId("a")).Tasks, Is.InRange(25, 75));
        Assert.That(plane.State.UsageOf(new NodeId("c")).Tasks, Is.Zero);
    }

    [Test]
    public void The_same_state_and_seed_give_the_same_decision()
    {
        foreach (var name in new[] { "a", "b", "c" })
            plane.AddNode(name);
        var id = plane.AddService("web", 10);
        var context = new Orchestrator.Orchestration.ReconcileContext(plane.State, plane.Now, plane.Ids);
        plane.Apply([.. Orchestrator.Orchestration.ServiceReconciler.Decide(context, id).Changes]);
        string[] Nodes() => [.. new Scheduler().Decide(plane.State, plane.Now, seed: 7).Placed.Select(placed => $"{placed.Task.Id}@{placed.Node.Id}")];
        var first = Nodes();
        Assert.That(first, Has.Length.EqualTo(10));
        Assert.That(Nodes(), Is.EqualTo(first));
    }

    /// <summary>What is asked for makes no difference only when it is the same, however it is written.</summary>
    [Test]
    public void Services_that_ask_for_different_things_are_not_taken_for_alike()
    {
        foreach (var name in new[] { "a", "b" })
            plane.AddNode(name, node => node with
            {
                Description = node.Description with { Plugins = ["Log/x", "Log/x\ngpu=1"] },
            });
        plane.AddService("a", 1, spec => WithLogs(spec, "x\ngpu=1"));
        plane.Advance(TimeSpan.FromSeconds(1));
        var id = plane.AddService("b", 1, spec => WithLogs(spec, "x"));
        var wanting = plane.AddService("c", 1, spec => spec with
        {
            Template = WithLogs(spec, "x").Template with
            {
                Resources = new ResourceRequirements
                {
                    Reservations = new NodeResources { Generic = [new GenericResource { Kind = "gpu", Count = 1 }] },
                },
            },
        });
        plane.Settle();
        Assert.That(plane.Wanted(id).Single().NodeId, Is.Not.Null);
        Assert.That(plane.Wanted(wanting).Single().Status.Error, Does.Contain("insufficient resources on 2 nodes"));
    }

    [Test]
    public void A_node_without_the_plugin_or_a_free_slot_takes_nothing()
    {
        plane.AddNode("a", node => node with { Description = node.Description with { Plugins = ["Log/json-file"] } });
        plane.AddNode("b", node => node with { Spec = node.Spec with { Labels = StringMap.Empty.Add("swarmnet.slots", "1") } });
        var id = plane.AddService("web", 2, spec => WithLogs(spec, "fluentd"));
        plane.Settle();
        Assert.That(plane.Wanted(id).Select(task => task.NodeId?.Value), Is.EqualTo(new[] { "b", null }));
        Assert.That(plane.Wanted(id)[1].Status.Error,
            Does.StartWith("no suitable node (missing plugin on 1 node; no free slot on 1 node); tried again when a "));
    }

    [Test]
    public void A_node_where_a_service_keeps_failing_comes_last_for_five_minutes()
    {
        foreach (var name in new[] { "a", "b" })
            plane.AddNode(name);
        var id = plane.AddService("web", 3, spec => WithPlacement(spec, new Placement { Constraints = ["node.id==a"] }));
        plane.Converge();
        foreach (var task in plane.Running(id))
            plane.Report(task, TaskState.Failed, "exit 1");
        plane.UpdateService(id, spec => spec with { Template = spec.Template with { Placement = null } }, template: false);
        plane.Advance(TimeSpan.FromMinutes(1));
        var failing = new Scheduler().Decide(WithWaiting(id, 4), plane.Now, 1).Placed.Select(placed => placed.Node.Id.Value);
        Assert.That(failing, Is.All.EqualTo("b"), "also where it makes the other one fuller");
        var later = new Scheduler().Decide(plane.State, plane.Now + TimeSpan.FromMinutes(5), 1).Placed.Select(placed => placed.Node.Id.Value);
        Assert.That(later, Has.Some.EqualTo("a"));
    }

    [TestCase("spread")]
    [TestCase("random")]
    public void Wishes_that_cannot_be_met_are_dropped_one_by_one(string strategy)
    {
        foreach (var (name, zone, disk) in new[] { ("a", "eu", "hdd"), ("b", "us", "ssd"), ("c", "us", "hdd") })
            plane.AddNode(name, node => node with
            {
                Spec = node.Spec with { Labels = StringMap.Empty.Add("zone", zone).Add("disk", disk) },
            });
        string[] Used(params ImmutableArray<string> constraints)
        {
            var placement = new Placement { Constraints = constraints };
            var id = plane.AddService($"web{plane.State.Services.Count}", 9, spec => WithPlacement(spec, placement) with
            {
                Labels = StringMap.Empty.Add("swarmnet.strategy", strategy),
            });
            plane.Settle();
            return [.. plane.Wanted(id).Select(task => task.NodeId!.Value.Value).Distinct().Order()];
        }
        Assert.That(Used("node.labels.zone==~asia", "node.labels.disk==~ssd"), Is.EqualTo(new[] { "b" }));
        Assert.That(Used("node.labels.zone==~us"), Is.EqualTo(new[] { "b", "c" }));
        Assert.That(Used("node.labels.zone!=~us", "node.labels.disk==ssd"), Is.EqualTo(new[] { "b" }));
        Assert.That(Used("node.labels.zone==~asia"), Is.EqualTo(new[] { "a", "b", "c" }));
    }

    /// <summary>Waiting tasks of the revision that failed, free to go anywhere.</summary>
    private Orchestrator.Store.StateSnapshot WithWaiting(ServiceId id, int count)
    {
        var revision = plane.State.Revision(id, 1)!;
        var free = revision with { Spec = revision.Spec with { Template = revision.Spec.Template with { Placement = null } } };
        plane.Apply([Orchestrator.Store.Change.Update(free), .. Enumerable.Range(10, count).Select(slot => Orchestrator.Store.Change.Create(
            new ServiceTask { Id = new TaskId($"t{slot}"), Meta = ObjectMeta.New(plane.Now), ServiceId = id, Slot = slot, Revision = 1 }))]);
        return plane.State;
    }

    private static ServiceSpec WithLogs(ServiceSpec spec, string driver) =>
        spec with { Template = spec.Template with { LogDriver = new DriverConfig { Name = driver } } };

    private static ServiceSpec WithReservation(ServiceSpec spec, long memory) => spec with
    {
        Template = spec.Template with
        {
            Resources = new ResourceRequirements { Reservations = new NodeResources { MemoryBytes = memory } },
        },
    };

    private static ServiceSpec WithPlacement(ServiceSpec spec, Placement placement) =>
        spec with { Template = spec.Template with { Placement = placement } };
}
