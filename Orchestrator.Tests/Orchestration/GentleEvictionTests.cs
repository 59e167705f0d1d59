using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Orchestration;

/// <summary>Tasks that are to run elsewhere, and may take their time.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class GentleEvictionTests
{
    private readonly ControlPlane plane = new();

    public GentleEvictionTests()
    {
        foreach (var name in new[] { "a", "b", "c" })
            plane.AddNode(name);
    }

    [Test]
    public void The_old_task_runs_until_the_new_one_does()
    {
        var id = Converged("web", 1);
        var old = plane.Running(id).Single();
        Evict(old);
        plane.Settle();
        var successor = Successor(old);
        Assert.That((successor.Slot, successor.NodeId == old.NodeId), Is.EqualTo((1, false)));
        foreach (var state in new[] { TaskState.Preparing, TaskState.Ready, TaskState.Starting })
        {
            plane.Report(successor, state);
            plane.Settle();
            Assert.That(plane.State.Task(old.Id)!.Desired, Is.EqualTo(TaskState.Running), $"{state}");
        }
        Assert.That(plane.State.Task(successor.Id)!.Desired, Is.EqualTo(TaskState.Running), "it is told to start");
        plane.Report(successor, TaskState.Running);
        plane.Settle();
        Assert.That(plane.State.Task(old.Id)!.Desired, Is.EqualTo(TaskState.Shutdown));
        OneTaskRunsInEachSlot(id, 1);
    }

    [TestCase(1UL, 1)]
    [TestCase(2UL, 2)]
    [TestCase(0UL, 4)]
    public void As_many_slots_at_once_as_an_update_would_change(ulong parallelism, int expected)
    {
        var id = Converged("web", 4, spec => spec with { Update = new UpdatePolicy { Parallelism = parallelism } });
        foreach (var task in plane.Running(id))
            Evict(task);
        var most = 0;
        for (var step = 0; step < 30; step++)
        {
            plane.Settle();
            most = Math.Max(most, plane.Wanted(id).Length - 4);
            Assert.That(plane.Running(id), Has.Length.AtLeast(4));
            plane.RunAgents();
        }
        Assert.That(most, Is.EqualTo(expected));
        OneTaskRunsInEachSlot(id, 4);
    }

    [Test]
    public void An_explicit_order_to_stop_first_is_kept()
    {
        var id = Converged("web", 2, spec => spec with { Update = new UpdatePolicy { Order = UpdateOrder.StopFirst } });
        var old = plane.Running(id)[0];
        Evict(old);
        plane.Settle();
        var successor = Successor(old);
        Assert.That(plane.State.Task(old.Id)!.Desired, Is.EqualTo(TaskState.Shutdown));
        plane.Report(successor, TaskState.Ready);
        plane.Settle();
        Assert.That(plane.State.Task(successor.Id)!.Desired, Is.EqualTo(TaskState.Ready), "the old one still stops");
        OneTaskRunsInEachSlot(id, 2);
    }

    [Test]
    public void When_the_old_task_fails_meanwhile_the_new_one_is_its_replacement()
    {
        var id = Converged("web", 1);
        var old = plane.Running(id).Single();
        Evict(old);
        plane.Settle();
        var successor = Successor(old);
        plane.Report(old, TaskState.Failed, "exit 1");
        OneTaskRunsInEachSlot(id, 1);
        Assert.That(plane.Running(id).Single().Id, Is.EqualTo(successor.Id));
    }

    [Test]
    public void What_ended_before_its_turn_and_is_not_wanted_again_is_not_moved()
    {
        var id = Converged("web", 1, spec => spec with
        {
            Template = spec.Template with { Restart = new RestartPolicy { Condition = RestartCondition.None } },
        });
        var old = plane.Running(id).Single();
        Evict(old);
        plane.Report(old, TaskState.Complete);
        plane.Converge();
        Assert.That(plane.State.TasksOf(id).Values.Select(task => task.Id), Is.EqualTo(new[] { old.Id }));
    }

    [Test]
    public void When_the_node_of_the_old_task_is_lost_the_new_one_goes_on()
    {
        var id = Converged("web", 1);
        var old = plane.Running(id).Single();
        Evict(old);
        plane.Settle();
        var successor = Successor(old);
        plane.SetNodeState(old.NodeId!.Value.Value, NodeState.Down);
        plane.Settle();
        Assert.That(plane.Wanted(id).Select(task => task.Id), Is.EqualTo(new[] { successor.Id }));
        OneTaskRunsInEachSlot(id, 1);
    }

    [Test]
    public void When_the_node_of_the_new_task_is_lost_the_old_one_goes_on_until_another_runs()
    {
        var id = Converged("web", 1);
        var old = plane.Running(id).Single();
        Evict(old);
        plane.Settle();
        plane.SetNodeState(Successor(old).NodeId!.Value.Value, NodeState.Down);
        plane.Settle();
        Assert.That(plane.State.Task(old.Id)!.Desired, Is.EqualTo(TaskState.Running));
        OneTaskRunsInEachSlot(id, 1);
        Assert.That(plane.Running(id).Single().Id, Is.Not.EqualTo(old.Id));
    }

    [Test]
    public void When_both_nodes_are_lost_one_task_follows()
    {
        var id = Converged("web", 1);
        var old = plane.Running(id).Single();
        Evict(old);
        plane.Settle();
        plane.SetNodeState(Successor(old).NodeId!.Value.Value, NodeState.Down);
        plane.SetNodeState(old.NodeId!.Value.Value, NodeState.Down);
        OneTaskRunsInEachSlot(id, 1);
    }

    [Test]
    public void Slots_that_are_scaled_away_go_with_both_tasks()
    {
        var id = Converged("web", 3);
        foreach (var task in plane.Running(id))
            Evict(task);
        plane.Settle();
        plane.Scale(id, 1);
        OneTaskRunsInEachSlot(id, 1);
    }

    [Test]
    public void An_update_meanwhile_reaches_every_slot_once()
    {
        var id = Converged("web", 3, spec => spec with { Update = new UpdatePolicy { Parallelism = 2 } });
        foreach (var task in plane.Running(id))
            Evict(task);
        plane.Settle();
        plane.UpdateService(id, spec => spec with { Labels = spec.Labels.Add("v", "2") }, template: true);
        plane.Apply([.. ServiceReconciler.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), id).Changes]);
        Assert.That(plane.Wanted(id).Where(task => task.Eviction is null).Select(task => task.Slot), Is.Unique);
        OneTaskRunsInEachSlot(id, 3);
        Assert.That(plane.Running(id).Select(task => task.Revision), Is.All.EqualTo(2));
    }

    [Test]
    public void A_service_that_is_removed_meanwhile_leaves_nothing()
    {
        var id = Converged("web", 2);
        Evict(plane.Running(id)[0]);
        plane.Settle();
        plane.Apply(Change.Delete(plane.State.Service(id)!));
        plane.Converge();
        Assert.That(plane.State.Tasks, Is.Empty);
    }

    [Test]
    public void A_replacement_that_finds_no_node_is_given_up_after_a_minute()
    {
        var id = Converged("web", 1);
        var old = plane.Running(id).Single();
        foreach (var node in plane.State.Nodes.Keys.ToArray())
            plane.ChangeNode(node, other => other with { Spec = other.Spec with { Availability = Availability.Pause } });
        Evict(old);
        Assert.That(plane.Settle(), Is.EqualTo(plane.Now.AddMinutes(1)));
        Assert.That(Successor(old).NodeId, Is.Null);
        plane.Advance(TimeSpan.FromMinutes(1));
        plane.Converge();
        var left = plane.Wanted(id).Single();
        Assert.That((left.Id, left.Status.State, left.Eviction), Is.EqualTo((old.Id, TaskState.Running, (Eviction?)null)));
    }

    [Test]
    public void A_replacement_that_is_rejected_there_is_given_up()
    {
        var id = Converged("web", 1);
        var old = plane.Running(id).Single();
        Evict(old);
        plane.Settle();
        plane.Report(Successor(old), TaskState.Rejected, "No such image: app:1");
        plane.Converge();
        Assert.That(plane.Wanted(id).Single().Id, Is.EqualTo(old.Id));
    }

    [Test]
    public void A_replacement_that_fails_leaves_the_old_one_running()
    {
        var id = Converged("web", 1);
        var old = plane.Running(id).Single();
        Evict(old);
        plane.Settle();
        plane.Report(Successor(old), TaskState.Failed, "exit 1");
        plane.Settle();
        Assert.That(plane.State.Task(old.Id)!.Desired, Is.EqualTo(TaskState.Running));
        plane.Advance(Defaults.RestartDelay);
        OneTaskRunsInEachSlot(id, 1);
    }

    private void OneTaskRunsInEachSlot(ServiceId id, int slots)
    {
        plane.Converge();
        Assert.That(plane.Wanted(id).Select(task => task.Slot), Is.EqualTo(Enumerable.Range(1, slots)));
        Assert.That(plane.Running(id), Has.Length.EqualTo(slots));
    }

    private void Evict(ServiceTask task) => plane.Apply(Change.Update(plane.State.Task(task.Id)! with
    {
        Eviction = new Eviction { Reason = "rebalanced", At = plane.Now, Gentle = true },
    }));

    private ServiceTask Successor(ServiceTask old) =>
        plane.Wanted(old.ServiceId).Single(task => task.Slot == old.Slot && task.Id != old.Id);

    private ServiceId Converged(string name, int replicas, Func<ServiceSpec, ServiceSpec>? change = null)
    {
        var id = plane.AddService(name, replicas, change);
        plane.Converge();
        return id;
    }
}
