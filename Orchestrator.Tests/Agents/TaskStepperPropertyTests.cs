using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Agents;

/// <summary>Whatever happens to a task, in any order.</summary>
[TestFixture]
internal sealed class TaskStepperPropertyTests
{
    private static readonly string[] Calls = ["prepare", "start", "stop", "remove", "inspect", "locate"];

    [Test]
    public void The_reported_state_only_grows() => Prop.ForAll<int[]>(events =>
    {
        var story = Play(events);
        var states = story.Reported.Select(status => (int)status.State).ToList();
        return states.Order().SequenceEqual(states);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void An_ended_task_and_one_that_shall_end_are_never_started() => Prop.ForAll<int[]>(events =>
    {
        var story = new TaskStory();
        var wrong = false;
        story.OnStart = started =>
        {
            wrong |= story.Status.State.IsTerminal() || story.View.Task.Assignment.Desired >= TaskState.Shutdown;
            return started;
        };
        Play(events, story);
        return !wrong;
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Shutdown_always_ends_in_no_running_container() => Prop.ForAll<int[]>(events =>
    {
        var story = Play(events);
        story.Failures.Clear();
        story.Want(TaskState.Shutdown);
        story.After(TimeSpan.FromMinutes(1));
        return story.Container?.State != ContainerState.Running && (story.Forgotten || story.Status.State.IsTerminal());
    }).QuickCheckThrowOnFailure();

    [Test]
    public void A_dropped_task_leaves_nothing_behind() => Prop.ForAll<int[]>(events =>
    {
        var story = Play(events);
        story.Failures.Clear();
        story.Drop();
        story.After(TimeSpan.FromMinutes(1));
        return story.Container is null && story.Forgotten;
    }).QuickCheckThrowOnFailure();

    private static TaskStory Play(int[] events, TaskStory? story = null)
    {
        story ??= new TaskStory(Assignments.Of(desired: TaskState.Ready));
        story.Run();
        foreach (var number in events)
            Happen(story, Math.Abs(number % 64));
        return story;
    }

    private static void Happen(TaskStory story, int what)
    {
        var container = story.Container;
        _ = (what % 8) switch
        {
            0 => story.Want(what < 48 ? TaskState.Running : TaskState.Shutdown),
            1 when container is { State: ContainerState.Running } => story.RunWith(
                container with { State = ContainerState.Exited, ExitCode = what < 32 ? null : what, Pid = 0 }),
            2 when container is { State: ContainerState.Running } => story.RunWith(
                container with { Health = (ContainerHealth)(what / 8 % 4) }),
            3 when what > 40 => story.RunWith(null),
            4 => Fail(story, Calls[what / 8 % Calls.Length], RuntimeFailure.Unavailable),
            5 => Fail(story, Calls[what / 8 % Calls.Length], (RuntimeFailure)(what / 8 % 3)),
            6 => story.After(TimeSpan.FromSeconds(what)),
            _ => story.Look(),
        };
    }

    private static string Fail(TaskStory story, string call, RuntimeFailure failure)
    {
        story.Fail(call, failure);
        return story.Look();
    }
}
