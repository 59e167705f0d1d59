using Orchestrator.Hosting.Recovery;
using Orchestrator.Model;
using Orchestrator.Serialization;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Hosting.Recovery;

public sealed class SoleManagerTests
{
    private StateStore _store = null!;

    [SetUp]
    public void SetUp()
    {
        _store = new StateStore();
        Apply(1, Transaction.Of(
            Change.Create(Manager("m1")), Change.Create(Manager("m2")), Change.Create(Manager("m3")),
            Change.Create(ApiHost.SampleNode("w1", "w1"))));
    }

    [Test]
    public void The_other_managers_become_workers_and_keep_everything_else()
    {
        Apply(2, SoleManager.Of(_store.Current, _store.Current.Node(new NodeId("m2"))! with { ManagerAddress = "10.0.0.9:2377" }));
        var nodes = _store.Current.Nodes.Values.Select(node => $"{node.Id.Value} {node.Spec.Role} {node.ManagerAddress}".Trim());
        Assert.That(nodes, Is.EqualTo((string[])["m1 Worker", "m2 Manager 10.0.0.9:2377", "m3 Worker", "w1 Worker"]));
        Assert.That(_store.Current.Nodes["m3"].Spec.Labels["rack"], Is.EqualTo("7"));
        Assert.That(_store.Current.Nodes["w1"].Meta.Version, Is.EqualTo(1), "a worker is not touched");
    }

    [Test]
    public void A_new_manager_gets_a_row_of_its_own()
    {
        Assert.That(SoleManager.FormerManagers(_store.Current, new NodeId("m4")).Count(), Is.EqualTo(3));
        Apply(2, SoleManager.Of(_store.Current, Manager("m4")));
        Assert.That(_store.Current.Nodes.Values.Where(node => node.Spec.Role == NodeRole.Manager).Select(node => node.Id.Value),
            Is.EqualTo((string[])["m4"]));
    }

    private void Apply(ulong index, Transaction transaction) =>
        Assert.That(_store.Apply(index, MessagePackSerializer.Serialize(transaction)).Refusal, Is.Null);

    private static Node Manager(string id) => ApiHost.SampleNode(id, id) with
    {
        Spec = new NodeSpec { Role = NodeRole.Manager, Labels = StringMap.Empty.Add("rack", "7") },
        ManagerAddress = $"{id}:2377",
    };
}
