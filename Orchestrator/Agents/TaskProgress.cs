using System.Diagnostics;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>A task and what is known of its container.</summary>
public sealed record TaskView(TaskRecord Task, Sighting Seen);

/// <summary>How a step, once taken, changes what is known. Pure.</summary>
public static class TaskProgress
{
    /// <summary>Delays between tries while the runtime does not answer.</summary>
    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(8));

    /// <summary>No retry is further away, unless the host's clock was set back.</summary>
    public static TimeSpan LongestPause => Retry.Cap;

    public static TaskView Took(TaskView view, Step.Report report)
    {
        Invariant.Require(report.Status.State >= view.Task.Status.State, "an observed state never goes back");
        return view with { Task = view.Task with { Status = report.Status } };
    }

    /// <summary>Before a call is made: what must be known even when the daemon dies during it.</summary>
    public static TaskView Begin(TaskView view, Step.Call call) => call is Step.Stop { Unhealthy: true }
        ? view with { Task = view.Task with { Unhealthy = true } }
        : view;

    /// <param name="found">the answer of a look, and of <see cref="Step.Prepare"/></param>
    public static TaskView Succeed(TaskView view, Step.Call call, ContainerObservation? found)
    {
        // A look between two tries of something else does not make the next pause shorter.
        var isBetween = call is Step.Inspect or Step.Locate
            && (view.Task.Status.State < TaskState.Running || view.Task.Unhealthy);
        var task = view.Task with { Failures = isBetween ? view.Task.Failures : 0, RetryAt = null };
        return call switch
        {
            Step.Prepare or Step.Inspect or Step.Locate => new TaskView(
                task with { ContainerId = found?.ContainerId ?? task.ContainerId }, Sighting.Of(found)),
            Step.Start => new TaskView(task with { Started = true }, Sighting.Unknown),
            Step.Stop => new TaskView(task with { Stopped = true }, Sighting.Unknown),
            Step.Remove => new TaskView(task, Sighting.Absent),
            _ => throw new UnreachableException($"no such call: {call}"),
        };
    }

    /// <summary>
    /// The call was given up because what is wanted has changed: it may or may not have had its effect.
    /// </summary>
    public static TaskView GiveUp(TaskView view) => view with { Seen = Sighting.Unknown };

    /// <summary>The call failed. Only the runtime's refusal is the task's fault.</summary>
    public static TaskView Fail(TaskView view, Step.Call call, RuntimeException error, Moment moment) =>
        error.Failure switch
        {
            RuntimeFailure.NotFound when call is not Step.Prepare => view with { Seen = Sighting.Absent },
            RuntimeFailure.Rejected when call is Step.Prepare or Step.Start && !view.Task.Dropped =>
                view with { Task = view.Task with { Status = TaskEnd.Refused(view.Task, error.Message, moment.Now) } },
            _ => Again(view, call, error, moment),
        };

    private static TaskView Again(TaskView view, Step.Call call, RuntimeException error, Moment moment)
    {
        var failures = view.Task.Failures + 1;
        var task = view.Task with
        {
            Failures = failures,
            RetryAt = moment.Now + Retry.Delay(failures, moment.Chance),
        };
        var blocks = call is Step.Prepare or Step.Start && !task.Dropped;
        return new TaskView(
            blocks && task.Status.Error != error.Message
                ? task with { Status = task.Status with { Error = error.Message } }
                : task,
            call is Step.Start or Step.Stop or Step.Prepare ? Sighting.Unknown : view.Seen);
    }
}

/// <summary>The time and a random number in [0, 1).</summary>
public readonly record struct Moment(DateTimeOffset Now, double Chance);
