using Orchestrator.Model;
using Orchestrator.Scheduling;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Scheduling;

/// <summary>What holds for any cluster, on some hundred that chance made.</summary>
public sealed class SchedulerProperties
{
    private const int Seeds = 150;

    [Test]
    public void No_filter_is_violated_and_what_waits_fits_nowhere([Range(1, Seeds)] int seed)
    {
        var cluster = new GeneratedCluster(seed);
        foreach (var state in cluster.Live())
        {
            foreach (var node in state.Nodes.Values)
            {
                var usage = state.UsageOf(node.Id);
                var capacity = node.Description.Resources;
                Assert.That(usage.NanoCpus, Is.LessThanOrEqualTo(capacity.NanoCpus));
                Assert.That(usage.MemoryBytes, Is.LessThanOrEqualTo(capacity.MemoryBytes));
                Assert.That(usage.Ports.Values, Has.All.EqualTo(1));
            }
            foreach (var waiting in state.UnplacedTasks)
                Assert.That(state.Nodes.Values.Where(node => GeneratedCluster.Fits(state, waiting, node)), Is.Empty,
                    () => $"{waiting.ServiceId} waits: {waiting.Status.Error}");
            foreach (var task in state.Tasks.Values.Where(task => task.NodeId is not null && cluster.IsNew(task)))
                Assert.That(GeneratedCluster.MayRun(state, task, state.Node(task.NodeId!.Value)!));
        }
    }

    /// <summary>What a scheduler keeps between two decisions only saves work.</summary>
    [Test]
    public void A_scheduler_that_remembers_decides_as_one_that_does_not([Range(1, Seeds)] int seed)
    {
        var remembering = new Scheduler();
        var cluster = new GeneratedCluster(seed);
        foreach (var state in cluster.Decisions())
        {
            var fresh = Text(new Scheduler().Decide(state, cluster.Now, 1));
            Assert.That(Text(remembering.Decide(state, cluster.Now, 1)), Is.EqualTo(fresh));
        }
    }

    /// <summary>One waiting service at a time: what a group knows of itself is what the state would say.</summary>
    [Test]
    public void A_group_is_placed_as_its_tasks_one_by_one([Range(1, 250)] int seed)
    {
        var cluster = new GeneratedCluster(seed) { CanDraw = false };
        for (var round = 0; round < 4; round++)
        {
            var id = cluster.AddServiceAlone();
            var batch = new Scheduler().Decide(cluster.Plane.State, cluster.Now, 1).Placed.Select(placed => placed.Node.Id.Value).ToArray();
            Assert.That(cluster.PlaceOneByOne(), Is.EqualTo(batch), () => cluster.Describe(id));
            cluster.Disturb();
        }
    }

    [Test]
    public void Where_all_nodes_are_equal_spread_differs_by_at_most_one([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var plane = new ControlPlane(seed);
        var nodes = random.Next(1, 12);
        for (var node = 0; node < nodes; node++)
            plane.AddNode($"n{node}");
        ServiceId[] ids = [.. Enumerable.Range(0, random.Next(1, 5)).Select(at => plane.AddService($"s{at}", random.Next(1, 40)))];
        plane.Settle();
        foreach (var id in ids)
        {
            var counts = plane.State.Nodes.Keys.Select(node => plane.Wanted(id).Count(task => task.NodeId!.Value.Value == node)).ToArray();
            Assert.That(counts.Max() - counts.Min(), Is.LessThanOrEqualTo(1));
        }
    }

    [Test]
    public void Branches_differ_by_at_most_one_and_so_do_those_below([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var plane = new ControlPlane(seed);
        for (var node = 0; node < 12; node++)
            plane.AddNode($"n{node:00}", old => old with
            {
                Spec = old.Spec with { Labels = StringMap.Empty.Add("zone", $"z{node % 3}").Add("rack", $"r{node % 6}") },
            });
        var id = plane.AddService("web", random.Next(1, 50), spec => spec with
        {
            Template = spec.Template with { Placement = new Placement { Spread = ["node.labels.zone", "node.labels.rack"] } },
        });
        plane.Settle();
        foreach (var label in new[] { "zone", "rack" })
        {
            var counts = plane.State.Nodes.Values.GroupBy(node => node.Spec.Labels[label])
                .Select(nodes => nodes.Sum(node => plane.State.UsageOf(node.Id).Tasks)).ToArray();
            Assert.That(counts.Max() - counts.Min(), Is.LessThanOrEqualTo(1), label);
        }
        Assert.That(plane.Wanted(id).Count(task => task.NodeId is null), Is.Zero);
    }

    /// <summary>Equal nodes; tasks of one size each service: first fit with the larger ones first as the measure.</summary>
    [Test]
    public void Binpack_uses_no_more_nodes_than_first_fit([Range(1, 100)] int seed)
    {
        var random = new Random(seed);
        var plane = new ControlPlane(seed);
        for (var node = 0; node < 30; node++)
            plane.AddNode($"n{node:00}");
        var sizes = new List<long>();
        for (var service = 0; service < random.Next(1, 6); service++)
        {
            var size = random.Next(100, 4000) * ControlPlane.MiB;
            var replicas = random.Next(1, 8);
            plane.AddService($"s{service}", replicas, spec => spec with
            {
                Labels = StringMap.Empty.Add("swarmnet.strategy", "binpack"),
                Template = spec.Template with
                {
                    Resources = new ResourceRequirements { Reservations = new NodeResources { MemoryBytes = size } },
                },
            });
            sizes.AddRange(Enumerable.Repeat(size, replicas));
        }
        plane.Settle();
        Assert.That(plane.State.HasUnplacedTasks, Is.False);
        Assert.That(plane.State.UsageByNode.Count, Is.LessThanOrEqualTo(FirstFitDecreasing(sizes, 4096 * ControlPlane.MiB)));
    }

    [Test]
    public void Another_node_never_makes_less_fit([Range(1, 200)] int seed)
    {
        var cluster = new GeneratedCluster(seed);
        cluster.AddServiceAlone(); // of several groups one could take from another what the new node has drawn it away from
        var before = new Scheduler().Decide(cluster.Plane.State, cluster.Now, 1);
        cluster.Plane.AddNode("zz", node => node with { Description = node.Description with { Resources = new() } });
        cluster.Plane.AddNode("zy");
        var after = new Scheduler().Decide(cluster.Plane.State, cluster.Now, 1);
        Assert.That(after.Placed, Has.Length.AtLeast(before.Placed.Length),
            () => string.Join('\n', after.Refused.Select(refused => refused.Reason)));
    }

    private static string Text(SchedulingDecision decision) => string.Join('\n',
    [
        .. decision.Placed.Select(placed => $"{placed.Task.Id} {placed.Node.Id}"),
        .. decision.Refused.Select(refused => $"{refused.Task.Id} {refused.Reason}"),
    ]);

    private static int FirstFitDecreasing(IEnumerable<long> sizes, long capacity)
    {
        var bins = new List<long>();
        foreach (var size in sizes.OrderDescending())
        {
            var fits = bins.FindIndex(used => used + size <= capacity);
            if (fits < 0)
                bins.Add(size);
            else
                bins[fits] += size;
        }
        return bins.Count;
    }
}
