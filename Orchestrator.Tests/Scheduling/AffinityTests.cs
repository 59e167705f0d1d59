using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Scheduling.Affinities;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Scheduling;

/// <summary>Five nodes in three zones, two of them with two.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AffinityTests
{
    private readonly ControlPlane plane = new();

    [SetUp]
    public void AddNodes()
    {
        foreach (var (name, zone) in new[] { ("a", "x"), ("b", "x"), ("c", "y"), ("d", "y"), ("e", "z") })
            plane.AddNode(name, node => node with
            {
                Spec = node.Spec with { Labels = StringMap.Empty.Add("zone", zone) },
                Description = node.Description with { Images = name is "b" or "d" ? ["redis", "redis:7"] : [] },
            });
    }

    [TestCase("service==cache", 3, "a a a")]
    [TestCase("service==id-cache", 2, "a a")]
    [TestCase("service==ca*", 2, "a a")]
    [TestCase("service in (other, cache)", 2, "a a")]
    [TestCase("service!=cache", 4, "b c d e")]
    [TestCase("service!=cache", 5, "b b c d e")]
    [TestCase("service==~cache", 2, "a a")]
    [TestCase("service!=~cache", 6, "b b c d e e")]
    [TestCase("service==nothing", 2, "")]
    [TestCase("service==~nothing", 5, "a b c d e")]
    [TestCase("service==cache @ node.labels.zone", 4, "a a b b")]
    [TestCase("service!=cache @ node.labels.zone", 3, "c d e")]
    [TestCase("service!=~cache @ node.labels.zone", 4, "c d e e")]
    [TestCase("service!=self", 7, "a b c d e")]
    [TestCase("service!=self @ node.labels.zone", 5, "3 in x y z")]
    [TestCase("service!=~self @ node.labels.zone", 3, "3 in x y z")]
    [TestCase("service==self", 3, "3 on 1")]
    [TestCase("service==self @ node.labels.zone", 4, "4 in 1 zone")]
    [TestCase("stack==data", 2, "a a")]
    [TestCase("com.example.tier==front", 2, "a a")]
    [TestCase("com.example.tier!=front", 4, "b c d e")]
    [TestCase("com.example.tier exists", 2, "a a")]
    [TestCase("com.example.tier !exists", 4, "b c d e")]
    [TestCase("com.example.tier==/^fr/", 2, "a a")]
    [TestCase("image==redis", 2, "b d")]
    [TestCase("image==redis:7", 2, "b d")]
    [TestCase("image!=redis:*", 3, "a c e")]
    [TestCase("task==cache.1", 2, "a a")]
    [TestCase("container!=cache.1.*", 4, "b c d e")]
    public void An_affinity_chooses_nodes_beside_a_service_on_one_of_them(string affinity, int replicas, string expected)
    {
        AddCache();
        Assert.That(Nodes(Add("web", replicas, affinity)), Is.EqualTo(expected).Or.Matches<string>(
            nodes => Summaries(nodes!).Contains(expected)));
    }

    [Test]
    public void Decisions_of_one_run_see_each_other()
    {
        foreach (var gone in new[] { "c", "d", "e" })
            plane.SetNodeState(gone, NodeState.Down);
        ServiceId[] ids = [.. Enumerable.Range(1, 3).Select(number => Create($"one{number}", 1, "com.example.kind!=single", label: "single"))];
        plane.Settle();
        var placed = ids.Select(id => plane.Wanted(id).Single()).Where(task => task.NodeId is not null).ToArray();
        Assert.That(placed.Select(task => task.NodeId), Is.Unique.And.Exactly(2).Items);
        Assert.That(ids.Select(id => plane.Wanted(id).Single().Status.Error), Has.One.StartsWith(
            "no suitable node (3 nodes not available for new tasks; affinities not satisfied on 2 nodes); tried again when a task ends or is placed"));
    }

    [Test]
    public void Classic_carriers_are_understood_and_what_is_no_expression_is_met_nowhere()
    {
        AddCache();
        var byEntry = plane.AddService("entry", 2, spec => spec with
        {
            Template = spec.Template with
            {
                Container = spec.Template.Container with { Env = ["affinity:service!=cache", "constraint:node==/[ab]/"] },
            },
        });
        var byLabel = plane.AddService("label", 2, spec => spec with
        {
            Labels = StringMap.Empty.Add("com.docker.swarm.affinities", """["service==~cache"]""")
                .Add("com.docker.swarm.constraints", """["node!=a"]"""),
        });
        var broken = plane.AddService("broken", 1, spec => spec with
        {
            Labels = StringMap.Empty.Add("swarmnet.affinities", """["service"]"""),
        });
        plane.Settle();
        Assert.That(Nodes(byEntry), Is.EqualTo("b b"));
        Assert.That(Nodes(byLabel), Does.Not.Contain("a"));
        Assert.That(plane.Wanted(broken).Single().Status.Error, Does.Contain("affinities not satisfied on 5 nodes"));
    }

    /// <summary>What was met by all until the first was placed sets all others back, and none is forgotten.</summary>
    [Test]
    public void A_wish_for_itself_forgets_no_node_when_it_closes()
    {
        foreach (var gone in new[] { "d", "e" })
            plane.SetNodeState(gone, NodeState.Down);
        AddCache();
        var id = plane.AddService("web", 3, spec => spec with
        {
            Labels = StringMap.Empty.Add("swarmnet.affinities", """["service==~cache","service==~self"]"""),
            Template = spec.Template with { Placement = new Placement { MaxReplicasPerNode = 1 } },
        });
        plane.Settle();
        Assert.That(Nodes(id), Is.EqualTo("a b c"));
    }

    [Test]
    public void What_begins_in_a_zone_begins_on_a_node_that_is_in_one([Range(1, 8)] int number)
    {
        foreach (var node in new[] { "a", "b", "c", "d" })
            plane.ChangeNode(node, old => old with { Spec = old.Spec with { Labels = StringMap.Empty } });
        var id = Add($"web{number}", 3, "service==self @ node.labels.zone");
        Assert.That(Nodes(id), Is.EqualTo("e e e"));
        Assert.That(Nodes(Add($"wish{number}", 2, "service==~self @ node.labels.zone")), Is.EqualTo("e e"));
    }

    [Test]
    public void Where_tasks_were_given_up_nobody_has_to_follow()
    {
        var id = Add("web", 2, "service==self");
        plane.Converge();
        plane.SetNodeState(plane.Running(id)[0].NodeId!.Value.Value, NodeState.Down);
        plane.Converge();
        Assert.That(plane.Running(id).Select(task => task.NodeId).Distinct(), Has.Exactly(1).Items);
    }

    [TestCase("service", "expected an operator")]
    [TestCase("==a", "expected a key")]
    [TestCase("service==", "no value")]
    [TestCase("service==/(/", "Not enough )'s")]
    [TestCase("service==a @", "expected a key of nodes behind @")]
    [TestCase("service==a @ node.bogus", "unknown key 'node.bogus'")]
    [TestCase("node.labels.zone==a", "belongs in a constraint or behind @")]
    public void What_is_wrong_is_told(string text, string problem)
    {
        Assert.That(Affinity.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.StartWith("affinity ").And.Contains(problem));
    }

    /// <summary>An image may have one in its name.</summary>
    [Test]
    public void An_at_sign_inside_a_value_is_no_place()
    {
        Assert.That(Affinity.TryParse("image==redis@sha256:00", out var affinity, out _));
        Assert.That(affinity!.Topology, Is.Null);
        Assert.That(affinity.Names(["redis@sha256:00"]));
    }

    private void AddCache()
    {
        var cache = plane.AddService("cache", 1, spec => spec with
        {
            Labels = StringMap.Empty.Add("com.docker.stack.namespace", "data"),
            Template = spec.Template with
            {
                Container = spec.Template.Container with { Labels = StringMap.Empty.Add("com.example.tier", "front") },
                Placement = new Placement { Constraints = ["node.id==a"] },
            },
        });
        plane.Converge();
        Assert.That(Nodes(cache), Is.EqualTo("a"));
    }

    private ServiceId Add(string name, int replicas, string affinity)
    {
        var id = Create(name, replicas, affinity);
        plane.Settle();
        return id;
    }

    private ServiceId Create(string name, int replicas, string affinity, string? label = null) =>
        plane.AddService(name, replicas, spec => spec with
        {
            Labels = StringMap.Empty.Add("swarmnet.affinities", JsonSerializer.Serialize(new[] { affinity }))
                .Add("com.example.kind", label ?? name),
        });

    private string Nodes(ServiceId id) => string.Join(' ', plane.Wanted(id)
        .Select(task => task.NodeId?.Value).OfType<string>().Order());

    private static IEnumerable<string> Summaries(string nodes)
    {
        var names = nodes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var zones = names.Select(name => name is "a" or "b" ? "x" : name is "c" or "d" ? "y" : "z").Distinct().Order().ToArray();
        yield return $"{names.Length} in {string.Join(' ', zones)}";
        yield return $"{names.Length} in {zones.Length} zone";
        yield return $"{names.Length} on {names.Distinct().Count()}";
    }
}
