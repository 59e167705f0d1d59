using Orchestrator.Model;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Orchestration;

public sealed class ServiceReconcilerTests
{
    private ControlPlane plane = null!;

    [SetUp]
    public void ThreeNodes()
    {
        plane = new ControlPlane();
        foreach (var name in new[] { "a", "b", "c" })
            plane.AddNode(name);
    }

    [Test]
    public void A_new_service_gets_a_running_task_in_each_slot()
    {
        var id = plane.AddService("web", 3);
        plane.Converge();
        Assert.That(plane.Running(id).Select(task => task.Slot), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void A_failed_task_is_replaced_in_its_slot_after_its_delay()
    {
        var id = Converged("web", 1, spec => WithRestart(spec, new RestartPolicy { Delay = TimeSpan.FromSeconds(3) }));
        var failed = plane.Running(id)[0];
        plane.Report(failed, TaskState.Failed, "task: non-zero exit (1)");
        var wakeAt = plane.Settle();
        Assert.That(wakeAt, Is.EqualTo(plane.Now.AddSeconds(3)));
        Assert.That(plane.Wanted(id), Has.One.Matches<ServiceTask>(t => t is { Slot: 1, Desired: TaskState.Ready }));
        Assert.That(plane.State.Task(failed.Id)!.Desired, Is.EqualTo(TaskState.Shutdown));
        plane.Advance(TimeSpan.FromSeconds(3));
        plane.Converge();
        Assert.That(plane.Running(id), Has.Length.EqualTo(1));
    }

    [Test]
    public void Failures_in_a_row_double_the_delay_and_a_stable_run_ends_the_row()
    {
        var id = Converged("web", 1, spec => WithRestart(spec, new RestartPolicy { Delay = TimeSpan.FromSeconds(4) }));
        var delays = Enumerable.Range(0, 3).Select(_ => FailOnce(id)).ToArray();
        Assert.That(delays[0], Is.EqualTo(TimeSpan.FromSeconds(4)));
        Assert.That(delays[1], Is.InRange(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(8)));
        Assert.That(delays[2], Is.InRange(TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(16)));
        plane.Advance(Defaults.StableRun);
        Assert.That(FailOnce(id), Is.EqualTo(TimeSpan.FromSeconds(4)));
    }

    [Test]
    public void The_delay_of_a_crash_loop_is_capped()
    {
        var id = Converged("web", 1, spec => WithRestart(spec, new RestartPolicy { Delay = TimeSpan.Zero }));
        var delays = Enumerable.Range(0, 30).Select(_ => FailOnce(id)).ToArray();
        Assert.That(delays[0], Is.EqualTo(TimeSpan.Zero));
        Assert.That(delays[1], Is.GreaterThan(TimeSpan.Zero));
        Assert.That(delays, Is.All.LessThanOrEqualTo(Defaults.RestartDelayCap));
    }

    [TestCase(RestartCondition.None, TaskState.Failed, false)]
    [TestCase(RestartCondition.None, TaskState.Complete, false)]
    [TestCase(RestartCondition.OnFailure, TaskState.Complete, false)]
    [TestCase(RestartCondition.OnFailure, TaskState.Failed, true)]
    [TestCase(RestartCondition.OnFailure, TaskState.Rejected, true)]
    [TestCase(RestartCondition.Any, TaskState.Complete, true)]
    public void The_restart_condition_decides_who_is_replaced(RestartCondition condition, TaskState end, bool replaced)
    {
        var id = Converged("web", 1, spec => WithRestart(spec, new RestartPolicy { Condition = condition }));
        plane.Report(plane.Running(id)[0], end);
        if (plane.Settle() is { } wakeAt)
            plane.Advance(wakeAt - plane.Now);
        plane.Settle();
        Assert.That(plane.State.TasksOf(id), Has.Count.EqualTo(replaced ? 2 : 1));
    }

    [Test]
    public void No_more_restarts_than_the_policy_allows()
    {
        var policy = new RestartPolicy { Delay = TimeSpan.Zero, MaxAttempts = 2 };
        var id = Converged("web", 1, spec => WithRestart(spec, policy));
        FailOnce(id);
        FailOnce(id);
        plane.Report(plane.Running(id)[0], TaskState.Failed);
        plane.Converge();
        Assert.That(plane.Running(id), Is.Empty);
        Assert.That(plane.State.TasksOf(id), Has.Count.EqualTo(3));
    }

    [Test]
    public void Attempts_older_than_the_window_do_not_count()
    {
        var policy = new RestartPolicy { Delay = TimeSpan.Zero, MaxAttempts = 1, Window = TimeSpan.FromSeconds(30) };
        var id = Converged("web", 1, spec => WithRestart(spec, policy));
        FailOnce(id);
        plane.Advance(TimeSpan.FromSeconds(31));
        FailOnce(id);
        Assert.That(plane.Running(id), Has.Length.EqualTo(1));
    }

    [Test]
    public void Tasks_of_a_node_that_is_down_move_at_once_and_do_not_count_as_failures()
    {
        var id = Converged("web", 3);
        plane.SetNodeState("a", NodeState.Down);
        plane.Converge();
        Assert.That(plane.Running(id).Select(task => task.NodeId!.Value.Value), Is.EquivalentTo(new[] { "b", "c", "b" })
            .Or.EquivalentTo(new[] { "b", "c", "c" }));
        Assert.That(plane.Running(id).Select(task => task.Restart?.Failures ?? 0), Is.All.Zero);
    }

    [Test]
    public void A_node_that_returns_is_told_to_stop_what_was_replaced()
    {
        var id = Converged("web", 3);
        plane.SetNodeState("a", NodeState.Down);
        plane.Converge();
        plane.SetNodeState("a", NodeState.Ready);
        plane.Converge();
        Assert.That(plane.State.TasksOn(new NodeId("a")).Values.Select(task => task.Status.State), Is.All.EqualTo(TaskState.Shutdown));
        Assert.That(plane.Running(id), Has.Length.EqualTo(3));
    }

    [Test]
    public void A_drained_node_is_emptied_and_a_paused_one_keeps_its_tasks()
    {
        var id = Converged("web", 3);
        plane.ChangeNode("a", node => node with { Spec = node.Spec with { Availability = Availability.Drain } });
        plane.ChangeNode("b", node => node with { Spec = node.Spec with { Availability = Availability.Pause } });
        plane.Converge();
        Assert.That(plane.Running(id).Select(task => task.NodeId!.Value.Value), Is.EquivalentTo(new[] { "b", "c", "c" }));
    }

    [Test]
    public void Scaling_down_takes_from_the_fullest_nodes_and_the_highest_slots()
    {
        var id = Converged("web", 6);
        plane.Scale(id, 3);
        plane.Converge();
        Assert.That(plane.Running(id).Select(task => task.NodeId!.Value.Value), Is.EquivalentTo(new[] { "a", "b", "c" }));
        Assert.That(plane.State.TasksOf(id), Has.Count.EqualTo(3), "removed tasks are forgotten");
    }

    [Test]
    public void Scaling_to_zero_and_back_works()
    {
        var id = Converged("web", 6);
        plane.Scale(id, 0);
        plane.Converge();
        Assert.That(plane.State.TasksOf(id), Is.Empty);
        plane.Scale(id, 2);
        plane.Converge();
        Assert.That(plane.Running(id).Select(task => task.Slot), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void A_new_template_replaces_one_task_at_a_time_stop_first()
    {
        var id = Converged("web", 3);
        plane.UpdateService(id, spec => WithImage(spec, "app:2"), template: true);
        var fewest = 3;
        for (var step = 0; step < 50 && plane.Running(id).Any(task => task.Revision == 1); step++)
        {
            plane.Settle();
            fewest = Math.Min(fewest, plane.Running(id).Length);
            Assert.That(plane.State.TasksOf(id).Values.GroupBy(task => task.Slot).Select(slot =>
                slot.Count(task => task.Desired == TaskState.Running && !task.Status.State.IsTerminal())), Is.All.AtMost(1));
            plane.RunAgents();
        }
        plane.Converge();
        Assert.That(fewest, Is.EqualTo(2));
        Assert.That(plane.Running(id).Select(task => task.Revision), Is.EqualTo(new ulong[] { 2, 2, 2 }));
    }

    [Test]
    public void A_template_that_does_not_start_stops_the_update_and_not_the_service()
    {
        var id = Converged("web", 3);
        plane.UpdateService(id, spec => WithImage(spec, "broken:1"), template: true);
        for (var step = 0; step < 20; step++)
        {
            plane.Settle();
            foreach (var task in plane.Wanted(id).Where(task => task.Revision == 2 && task.NodeId is not null))
                plane.Report(task, TaskState.Rejected, "No such image: broken:1");
            plane.RunAgents();
            plane.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.That(plane.Running(id).Select(task => task.Revision), Is.EqualTo(new ulong[] { 1, 1 }));
    }

    [Test]
    public void A_task_that_cannot_be_prepared_is_tried_again_after_its_delay_and_not_at_once()
    {
        var id = plane.AddService("web", 1);
        plane.Settle();
        for (var failure = 1; failure <= 4; failure++)
        {
            plane.Report(plane.Wanted(id).Single(), TaskState.Rejected, "No such image: app:1");
            var wakeAt = plane.Settle();
            Assert.That(plane.State.TasksOf(id), Has.Count.EqualTo(failure), "nothing is made before the delay is over");
            Assert.That(wakeAt - plane.Now, Is.GreaterThanOrEqualTo(Defaults.RestartDelay));
            plane.Advance(wakeAt!.Value - plane.Now);
            plane.Settle();
        }
    }

    [Test]
    public void A_rollback_is_said_to_be_complete_when_every_task_runs_the_old_template_again()
    {
        var id = Converged("web", 2);
        plane.UpdateService(id, spec => WithImage(spec, "app:2"), template: true);
        plane.Converge();
        var service = plane.State.Service(id)!;
        plane.Apply(Orchestrator.Store.Change.Update(service with
        {
            TemplateRevision = 1, UpdateStatus = new UpdateStatus { State = UpdateState.RollbackStarted, StartedAt = plane.Now },
        }));
        plane.Settle();
        Assert.That(plane.State.Service(id)!.UpdateStatus!.State, Is.EqualTo(UpdateState.RollbackStarted));
        plane.Converge();
        Assert.That(plane.Running(id).Select(task => task.Revision), Is.EqualTo(new ulong[] { 1, 1 }));
        Assert.That(plane.State.Service(id)!.UpdateStatus!.State, Is.EqualTo(UpdateState.RollbackCompleted));
    }

    [Test]
    public void A_replacement_starts_only_when_the_old_task_has_ended()
    {
        var id = Converged("web", 1);
        plane.UpdateService(id, spec => WithImage(spec, "app:2"), template: true);
        plane.Settle();
        var replacement = plane.Wanted(id).Single();
        plane.Report(replacement, TaskState.Ready);
        plane.Settle();
        Assert.That(plane.State.Task(replacement.Id)!.Desired, Is.EqualTo(TaskState.Ready), "the old one still stops");
        plane.RunAgents();
        plane.Converge();
        Assert.That(plane.Running(id).Single().Id, Is.EqualTo(replacement.Id));
    }

    [Test]
    public void A_removed_service_leaves_nothing()
    {
        var id = Converged("web", 3);
        plane.Apply(Orchestrator.Store.Change.Delete(plane.State.Service(id)!));
        plane.Converge();
        Assert.That(plane.State.Tasks, Is.Empty);
        Assert.That(plane.State.Revisions, Is.Empty);
    }

    [Test]
    public void Each_slot_keeps_a_short_history()
    {
        var id = Converged("web", 1, spec => WithRestart(spec, new RestartPolicy { Delay = TimeSpan.Zero }));
        for (var i = 0; i < 8; i++)
            FailOnce(id);
        Assert.That(plane.State.TasksOf(id), Has.Count.EqualTo(Defaults.TaskHistoryLimit));
    }

    [Test]
    public void Old_revisions_are_forgotten_but_not_those_in_use()
    {
        var id = Converged("web", 1);
        for (var i = 0; i < 20; i++)
            plane.UpdateService(id, spec => spec with { Labels = spec.Labels.SetItem("n", $"{i}") }, template: false);
        plane.Scale(id, 2);
        plane.Converge();
        var numbers = plane.State.RevisionsOf(id).Select(revision => revision.Number).ToArray();
        Assert.That(numbers, Does.Contain(1UL).And.Contain(22UL));
        Assert.That(numbers, Has.Length.LessThanOrEqualTo(12));
    }

    [Test]
    public void A_task_that_was_away_for_a_day_is_an_orphan()
    {
        var id = Converged("web", 1);
        var task = plane.Running(id).Single();
        plane.SetNodeState(task.NodeId!.Value.Value, NodeState.Down);
        plane.Converge();
        plane.Advance(Defaults.OrphanAfter);
        plane.Converge();
        Assert.That(plane.State.Task(task.Id)!.Status.State, Is.EqualTo(TaskState.Orphaned));
    }

    [TestCase(RestartCondition.None, TaskState.Failed)]
    [TestCase(RestartCondition.OnFailure, TaskState.Complete)]
    public void What_the_policy_leaves_ended_is_not_run_again_when_its_node_is_lost(
        RestartCondition condition, TaskState end)
    {
        var id = Converged("web", 1, spec => WithRestart(spec, new RestartPolicy { Condition = condition }));
        var task = plane.Running(id).Single();
        plane.Report(task, end);
        plane.Settle();
        plane.SetNodeState(task.NodeId!.Value.Value, NodeState.Down);
        plane.Converge();
        Assert.That(plane.State.TasksOf(id), Has.Count.EqualTo(1));
    }

    [TestCase(1)]
    [TestCase(-1)]
    public void The_clocks_of_the_nodes_do_not_count(int hours)
    {
        plane.ClockErrorOfNodes = TimeSpan.FromHours(hours);
        var id = Converged("web", 1, spec => WithRestart(spec, new RestartPolicy { Delay = TimeSpan.FromSeconds(4) }));
        Assert.That(FailOnce(id), Is.EqualTo(TimeSpan.FromSeconds(4)));
        Assert.That(FailOnce(id), Is.InRange(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(8)), "twice in a row");
    }

    [Test]
    public void What_ran_on_a_removed_node_does_not_stay_running_on_paper()
    {
        var id = Converged("web", 1);
        var task = plane.Running(id).Single();
        plane.Apply(Orchestrator.Store.Change.Delete(plane.State.Node(task.NodeId!.Value)!));
        plane.Converge();
        Assert.That(plane.State.Task(task.Id)!.Status.State, Is.EqualTo(TaskState.Orphaned));
        Assert.That(plane.State.UsageOf(task.NodeId!.Value).Tasks, Is.Zero);
        Assert.That(plane.Running(id), Has.Length.EqualTo(1));
    }

    [Test]
    public void Slots_that_are_scaled_away_take_their_history_along()
    {
        var id = Converged("web", 4);
        plane.UpdateService(id, spec => WithImage(spec, "app:2"), template: true);
        plane.Converge();
        plane.Scale(id, 1);
        plane.Converge();
        Assert.That(plane.State.TasksOf(id).Values.Select(task => task.Slot), Is.All.EqualTo(1));
    }

    [Test]
    public void Of_two_tasks_in_one_slot_the_running_one_stays()
    {
        var id = Converged("web", 2);
        var running = plane.Running(id)[0];
        plane.Apply(Orchestrator.Store.Change.Create(running with
        {
            Id = new TaskId("twin"), Meta = new ObjectMeta(), NodeId = null, Status = new TaskStatus(),
        }));
        plane.Converge();
        Assert.That(plane.Wanted(id).Select(task => task.Id), Does.Contain(running.Id));
        Assert.That(plane.Wanted(id).Select(task => task.Slot), Is.EqualTo(new[] { 1, 2 }));
    }

    private static ServiceSpec WithImage(ServiceSpec spec, string image) =>
        spec with { Template = spec.Template with { Container = spec.Template.Container with { Image = image } } };

    private static ServiceSpec WithRestart(ServiceSpec spec, RestartPolicy policy) =>
        spec with { Template = spec.Template with { Restart = policy } };

    private ServiceId Converged(string name, int replicas, Func<ServiceSpec, ServiceSpec>? change = null)
    {
        var id = plane.AddService(name, replicas, change);
        plane.Converge();
        Assert.That(plane.Running(id), Has.Length.EqualTo(replicas));
        return id;
    }

    /// <summary>The only task fails and is replaced by a running one; returns the delay between the two.</summary>
    private TimeSpan FailOnce(ServiceId id)
    {
        plane.Report(plane.Running(id).Single(), TaskState.Failed);
        var failedAt = plane.Now;
        if (plane.Settle() is { } wakeAt)
            plane.Advance(wakeAt - plane.Now);
        plane.Converge();
        return plane.Now - failedAt;
    }
}
