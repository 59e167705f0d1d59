using Orchestrator.Agents;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Agents;

[TestFixture]
internal sealed class TaskStepperTests
{
    private const string Start = "accepted preparing prepare ready starting start inspect running";

    private static readonly ContainerObservation Running =
        new("c1", Assignments.Id(1), ContainerState.Running) { Pid = 7 };

    private static readonly ContainerObservation Exited =
        new("c1", Assignments.Id(1), ContainerState.Exited) { ExitCode = 0 };

    [Test]
    public void A_task_runs_with_one_preparation_one_start_and_one_look()
    {
        var story = new TaskStory();

        Assert.That(story.Run(), Is.EqualTo(Start));
        Assert.That(story.Status.Container, Is.EqualTo(new ContainerStatus { ContainerId = "c1", Pid = 7 }));
        Assert.That(story.Status.Message, Is.EqualTo("started"));
    }

    [Test]
    public void A_replacement_is_held_when_it_is_ready_and_starts_when_it_may()
    {
        var story = new TaskStory(Assignments.Of(desired: TaskState.Ready));

        Assert.That(story.Run(), Is.EqualTo("accepted preparing prepare ready"));
        Assert.That(story.Look(), Is.EqualTo("inspect"));
        Assert.That(story.Want(TaskState.Running), Is.EqualTo("starting start inspect running"));
    }

    [Test]
    public void With_a_health_check_it_runs_when_it_is_healthy()
    {
        var story = new TaskStory { OnStart = started => started with { Health = ContainerHealth.Starting } };

        Assert.That(story.Run(), Is.EqualTo("accepted preparing prepare ready starting start inspect starting"));
        Assert.That(story.Status.Message, Is.EqualTo("waiting for the health check"));
        Assert.That(story.RunWith(Running with { Health = ContainerHealth.Starting }), Is.EqualTo("inspect"));
        Assert.That(story.RunWith(Running with { Health = ContainerHealth.Healthy }), Is.EqualTo("inspect running"));
    }

    [Test]
    public void An_unhealthy_container_is_stopped_and_the_task_has_failed()
    {
        var story = new TaskStory();
        story.Run();

        Assert.That(
            story.RunWith(Running with { Health = ContainerHealth.Unhealthy }),
            Is.EqualTo("inspect stop(10) inspect failed"));
        Assert.That(story.Status.Error, Is.EqualTo("unhealthy container"));
        Assert.That(story.Status.Container!.ExitCode, Is.EqualTo(143));
    }

    [Test]
    public void An_unhealthy_container_that_could_not_be_stopped_at_once_has_failed_all_the_same()
    {
        var story = new TaskStory { OnStart = started => started with { Health = ContainerHealth.Unhealthy } };
        story.Fail("stop", RuntimeFailure.Unavailable);

        Assert.That(story.Run(), Does.EndWith("stop(10) retry(250)"));
        Assert.That(story.After(TimeSpan.FromSeconds(1)), Is.EqualTo("inspect stop(10) inspect failed"));
        Assert.That(story.Status.Error, Is.EqualTo("unhealthy container"));
    }

    [TestCase(0, false, "", TaskState.Complete, "")]
    [TestCase(3, false, "", TaskState.Failed, "task: non-zero exit (3)")]
    [TestCase(137, true, "", TaskState.Failed, "task: non-zero exit (137): out of memory")]
    [TestCase(127, false, "no such file", TaskState.Failed, "task: non-zero exit (127): no such file")]
    [TestCase(null, false, "", TaskState.Failed, "task: non-zero exit (unknown)")]
    public void An_ended_task_says_how(int? code, bool outOfMemory, string words, TaskState state, string error)
    {
        var story = new TaskStory();
        story.Run();

        story.RunWith(Exited with { ExitCode = code, OutOfMemory = outOfMemory, Error = words });

        Assert.That((story.Status.State, story.Status.Error), Is.EqualTo((state, error)));
        Assert.That(story.Status.Container, Is.EqualTo(new ContainerStatus { ContainerId = "c1", ExitCode = code }));
        Assert.That(story.Look(), Is.Empty, "an ended task is left alone");
    }

    [Test]
    public void A_task_that_can_not_be_prepared_is_rejected()
    {
        var story = new TaskStory();
        story.Fail("prepare", RuntimeFailure.Rejected, "no such image: web:1");

        Assert.That(story.Run(), Is.EqualTo("accepted preparing prepare"));
        Assert.That((story.Status.State, story.Status.Error), Is.EqualTo((TaskState.Rejected, "no such image: web:1")));
    }

    [Test]
    public void A_task_that_can_not_be_started_has_failed()
    {
        var story = new TaskStory();
        story.Fail("start", RuntimeFailure.Rejected, "port 80 is taken");

        Assert.That(story.Run(), Does.EndWith("starting start"));
        Assert.That((story.Status.State, story.Status.Error), Is.EqualTo((TaskState.Failed, "port 80 is taken")));
        Assert.That(story.Look(), Is.Empty);
    }

    [TestCase("prepare")]
    [TestCase("start")]
    [TestCase("inspect")]
    public void A_runtime_that_does_not_answer_never_fails_a_task(string call)
    {
        var story = new TaskStory();
        for (var time = 0; time < 20; time++)
            story.Fail(call, RuntimeFailure.Unavailable, "the engine is gone");

        var first = story.Run();
        Assert.That(first, Does.EndWith($"{call} retry(250)"));
        if (call != "inspect")
            Assert.That(story.Status.Error, Is.EqualTo("the engine is gone"));
        Assert.That(story.After(TimeSpan.FromMilliseconds(250)), Does.EndWith("retry(500)"));
        for (var time = 0; time < 30; time++)
            story.After(TimeSpan.FromSeconds(8));
        Assert.That((story.Status.State, story.Status.Error), Is.EqualTo((TaskState.Running, "")));
    }

    [TestCase(TaskState.Assigned, "shutdown")]
    [TestCase(TaskState.Ready, "shutdown")]
    [TestCase(TaskState.Running, "stop(10) inspect shutdown")]
    public void Shutdown_is_obeyed_at_every_stage(TaskState reached, string steps)
    {
        var desired = reached == TaskState.Ready ? TaskState.Ready : TaskState.Running;
        var story = new TaskStory(Assignments.Of(desired: desired));
        if (reached > TaskState.Assigned)
            story.Run();

        Assert.That(story.Want(TaskState.Shutdown), Is.EqualTo(steps));
        Assert.That(story.Status.State, Is.EqualTo(TaskState.Shutdown));
        Assert.That(story.Want(TaskState.Running), Is.Empty, "what is wanted does not go back");
    }

    [Test]
    public void The_grace_period_is_the_services_own()
    {
        var wanted = Assignments.Of();
        var container = wanted.Template.Container with { StopGracePeriod = TimeSpan.FromSeconds(42) };
        var story = new TaskStory(wanted with { Template = wanted.Template with { Container = container } });
        story.Run();

        Assert.That(story.Want(TaskState.Remove), Is.EqualTo("stop(42) inspect shutdown"));
    }

    [Test]
    public void A_dropped_task_is_stopped_with_grace_removed_and_forgotten()
    {
        var story = new TaskStory();
        story.Run();

        Assert.That(story.Drop(), Is.EqualTo("stop(10) remove forget"));
        Assert.That(story.Container, Is.Null);
    }

    [Test]
    public void An_ended_task_keeps_its_container_until_it_is_dropped()
    {
        var story = new TaskStory();
        story.Run();
        story.RunWith(Exited);

        Assert.That(story.Want(TaskState.Remove), Is.Empty);
        Assert.That(story.Container, Is.EqualTo(Exited));
        Assert.That(story.Drop(), Is.EqualTo("remove forget"));
    }

    [Test]
    public void A_container_that_others_removed_has_failed()
    {
        var story = new TaskStory();
        story.Run();

        Assert.That(story.RunWith(null), Is.EqualTo("inspect failed"));
        Assert.That(story.Status.Error, Is.EqualTo("container was removed outside of swarmnet"));
        Assert.That(story.Drop(), Is.EqualTo("forget"));
    }

    [TestCase(TaskState.Assigned, "accepted preparing locate ready starting running")]
    [TestCase(TaskState.Preparing, "locate ready starting running")]
    [TestCase(TaskState.Starting, "locate running")]
    [TestCase(TaskState.Running, "locate running")]
    public void A_running_container_of_an_assigned_task_is_adopted(TaskState known, string steps)
    {
        var story = new TaskStory(Assignments.Of() with { Known = new TaskStatus { State = known } });

        story.Container = Running;
        Assert.That(story.Look(), Is.EqualTo(steps));
        Assert.That(story.Status.Container!.Pid, Is.EqualTo(7));
    }

    [Test]
    public void What_ended_while_the_daemon_was_away_is_reported_with_its_exit_code()
    {
        var story = new TaskStory(Assignments.Of() with { Known = new TaskStatus { State = TaskState.Preparing } });

        Assert.That(story.RunWith(Exited with { ExitCode = 5 }), Is.EqualTo("locate ready starting failed"));
        Assert.That(story.Status.Error, Is.EqualTo("task: non-zero exit (5)"));
    }

    [TestCase(TaskState.Complete)]
    [TestCase(TaskState.Failed)]
    [TestCase(TaskState.Orphaned)]
    public void A_task_that_has_ended_for_the_managers_is_not_started(TaskState known)
    {
        var story = new TaskStory(Assignments.Of() with { Known = new TaskStatus { State = known } });

        Assert.That(story.Run(), Is.Empty);
        Assert.That(story.RunWith(null), Is.Empty);
    }

    [Test]
    public void A_running_task_that_has_ended_for_the_managers_is_stopped()
    {
        var story = new TaskStory();
        story.Run();

        Assert.That(story.Want(TaskState.Running, known: TaskState.Orphaned), Is.EqualTo("stop(10)"));
        Assert.That(story.Status.State, Is.EqualTo(TaskState.Orphaned));
    }

    [Test]
    public void A_container_that_stays_created_after_its_start_has_failed()
    {
        var story = new TaskStory
        {
            OnStart = started => started with { State = ContainerState.Created, Error = "exec format error" },
        };

        Assert.That(story.Run(), Does.EndWith("start inspect failed"));
        Assert.That(story.Status.Error, Is.EqualTo("the runtime did not start the container: exec format error"));
    }

    [Test]
    public void A_leftover_container_is_stopped_and_removed()
    {
        var view = new TaskView(TaskRecord.Leftover(Assignments.Id(9), "c9"), Sighting.Unknown);

        Assert.That(
            TaskStepper.Next(view.Task, view.Seen, DateTimeOffset.UnixEpoch),
            Is.EqualTo(new Step.Stop("c9", Defaults.StopGracePeriod, Unhealthy: false)));
    }
}
