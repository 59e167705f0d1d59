using Orchestrator.Dispatching;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Dispatching;

public sealed class AffectedNodesTests
{
    private ControlPlane plane = null!;
    private ServiceTask task = null!;

    [SetUp]
    public void SetUp()
    {
        plane = new ControlPlane();
        plane.AddNode("one");
        plane.AddNode("two");
        var service = plane.AddService("web", 0);
        plane.Apply(Change.Create(new ServiceTask
        {
            Id = new TaskId("t"), ServiceId = service, Revision = 1, NodeId = new NodeId("one"),
            Status = new TaskStatus { State = TaskState.Assigned },
        }));
        task = plane.State.Task(new TaskId("t"))!;
    }

    [Test]
    public void A_wish_concerns_the_node_of_the_task() =>
        Assert.That(After(Change.Update(task with { Desired = TaskState.Shutdown })), Is.EqualTo(new[] { "one" }));

    [Test]
    public void A_deleted_task_concerns_the_node_it_was_on() =>
        Assert.That(After(Change.Delete(task)), Is.EqualTo(new[] { "one" }));

    [Test]
    public void A_reported_status_concerns_nobody() => Assert.That(
        After(Change.Update(task with { Status = new TaskStatus { State = TaskState.Running } })), Is.Empty);

    [Test]
    public void A_node_is_concerned_by_its_own_row() => Assert.That(
        After(Change.Update(plane.State.Node(new NodeId("two"))! with { Spec = new NodeSpec { Name = "x" } })),
        Is.EqualTo(new[] { "two" }));

    [Test]
    public void A_managers_address_and_the_clusters_settings_concern_everyone()
    {
        var node = plane.State.Node(new NodeId("two"))!;
        Assert.That(After(Change.Update(node with { ManagerAddress = "10.0.0.1:2377" })), Is.Null);
        Assert.That(After(Change.Create(new Cluster { Id = new ClusterId("c") })), Is.Null);
    }

    [Test]
    public void When_too_much_changed_to_say_everyone_is_concerned() =>
        Assert.That(AffectedNodes.Of(plane.State, new StateChange(plane.State, null)), Is.Null);

    private string[]? After(Change change)
    {
        var before = plane.State;
        plane.Apply(change);
        var changed = new StateChange(plane.State, [new ChangedKey(change.Table, change.Key)]);
        return AffectedNodes.Of(before, changed)?.Select(node => node.Value).ToArray();
    }
}
