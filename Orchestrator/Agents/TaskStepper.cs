using System.Diagnostics;
using Orchestrator.Model;
using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>The life cycle of a task on its node, as one pure function: what is the case → what to do next.</summary>
public static class TaskStepper
{
    /// <param name="task">what is known and wanted</param>
    /// <param name="seen">what is the case with its container</param>
    public static Step Next(TaskRecord task, Sighting seen, DateTimeOffset now)
    {
        var step = Decide(task, seen, now);
        return step is Step.Call && task.RetryAt is { } retry && retry > now && retry <= now + TaskProgress.LongestPause
            ? new Step.Wait(retry)
            : step;
    }

    private static Step Decide(TaskRecord task, Sighting seen, DateTimeOffset now)
    {
        if (task.Dropped)
            return CleanUp(task, seen);
        if (task.Status.State.IsTerminal())
            return Rest(task, seen);
        return task.Assignment.Desired >= TaskState.Shutdown
            ? ShutDown(task, seen, now)
            : Advance(task, seen, now);
    }

    /// <summary>Nobody wants the task any more: stop it gracefully, then delete it.</summary>
    private static Step CleanUp(TaskRecord task, Sighting seen) => seen switch
    {
        Sighting.None => new Step.Forget(),
        Sighting.NotLooked when task.ContainerId.Length == 0 => new Step.Locate(),
        Sighting.NotLooked when !task.Stopped && !task.Status.State.IsTerminal() => Stop(task),
        Sighting.Seen { Container.State: ContainerState.Running } when !task.Stopped => Stop(task),
        _ => new Step.Remove(task.ContainerId),
    };

    /// <summary>An ended task keeps its container, for its logs; but it must not run.</summary>
    private static Step Rest(TaskRecord task, Sighting seen) =>
        seen is Sighting.Seen { Container.State: ContainerState.Running } ? Stop(task) : new Step.Wait(null);

    private static Step ShutDown(TaskRecord task, Sighting seen, DateTimeOffset now) => seen switch
    {
        Sighting.NotLooked when task.ContainerId.Length > 0 => task.Stopped ? Look(task) : Stop(task),
        Sighting.NotLooked when task.Status.State >= TaskState.Preparing => Look(task),
        Sighting.Seen { Container.State: ContainerState.Running } => Stop(task),
        Sighting.Seen { Container: var container } => new Step.Report(TaskEnd.OnRequest(container, now)),
        _ => new Step.Report(TaskEnd.OnRequest(null, now)),
    };

    private static Step Advance(TaskRecord task, Sighting seen, DateTimeOffset now) => task.Status.State switch
    {
        < TaskState.Accepted => Report(task, TaskState.Accepted, "accepted", now),
        TaskState.Accepted => Report(task, TaskState.Preparing, "preparing", now),
        TaskState.Preparing => Prepare(task, seen, now),
        TaskState.Ready => Hold(task, seen, now),
        TaskState.Starting => Start(task, seen, now),
        TaskState.Running => Run(task, seen, now),
        _ => throw new UnreachableException($"a task in state {task.Status.State} does not advance"),
    };

    private static Step Prepare(TaskRecord task, Sighting seen, DateTimeOffset now) => seen switch
    {
        Sighting.None => new Step.Prepare(),
        Sighting.Seen => Report(task, TaskState.Ready, "prepared", now),
        _ => Look(task),
    };

    /// <summary>Replacements are prepared before they may start.</summary>
    private static Step Hold(TaskRecord task, Sighting seen, DateTimeOffset now) => seen switch
    {
        Sighting.None => new Step.Report(TaskEnd.Vanished(task, now)),
        Sighting.NotLooked => Look(task),
        Sighting.Seen { Container.State: ContainerState.Created } when task.Assignment.Desired <= TaskState.Ready =>
            new Step.Wait(null),
        _ => Report(task, TaskState.Starting, "starting", now),
    };

    private static Step Start(TaskRecord task, Sighting seen, DateTimeOffset now) => seen switch
    {
        Sighting.None => new Step.Report(TaskEnd.Vanished(task, now)),
        Sighting.Seen { Container: { State: ContainerState.Created } created } => task.Started
            ? new Step.Report(TaskEnd.NotStarted(created, now))
            : new Step.Start(task.ContainerId),
        Sighting.Seen { Container: { State: ContainerState.Running } running } => Run(task, running, now),
        Sighting.Seen { Container: { } ended } => new Step.Report(TaskEnd.ByItself(task, ended, now)),
        _ => Look(task),
    };

    private static Step Run(TaskRecord task, Sighting seen, DateTimeOffset now) => seen switch
    {
        Sighting.None => new Step.Report(TaskEnd.Vanished(task, now)),
        Sighting.Seen { Container: { State: ContainerState.Running } running } => Run(task, running, now),
        Sighting.Seen { Container: { } ended } => new Step.Report(TaskEnd.ByItself(task, ended, now)),
        _ => Look(task),
    };

    private static Step Run(TaskRecord task, ContainerObservation running, DateTimeOffset now)
    {
        if (task.Unhealthy || running.Health == ContainerHealth.Unhealthy)
            return Stop(task) with { Unhealthy = true };
        var state = running.Health == ContainerHealth.Starting ? TaskState.Starting : TaskState.Running;
        if (state < task.Status.State)
            return new Step.Wait(null);
        var known = task.Status;
        var status = new TaskStatus
        {
            State = state,
            Timestamp = state == known.State ? known.Timestamp : now,
            Message = state == TaskState.Running ? "started" : "waiting for the health check",
            Container = new ContainerStatus
            {
                // A list of containers tells less than a look at one: what it leaves out is still so.
                ContainerId = running.ContainerId, Pid = running.Pid > 0 ? running.Pid : known.Container?.Pid ?? 0,
            },
            Ports = running.Ports.IsEmpty ? known.Ports : running.Ports,
        };
        return state == task.Status.State && task.IsKnownAs(status) ? new Step.Wait(null) : new Step.Report(status);
    }

    private static Step.Stop Stop(TaskRecord task) => new(task.ContainerId, task.Grace, Unhealthy: false);

    private static Step Look(TaskRecord task) =>
        task.ContainerId.Length > 0 ? new Step.Inspect(task.ContainerId) : new Step.Locate();

    private static Step.Report Report(TaskRecord task, TaskState state, string message, DateTimeOffset now) =>
        new(new TaskStatus
        {
            State = state,
            Timestamp = now,
            Message = message,
            Container = task.ContainerId.Length > 0 ? new ContainerStatus { ContainerId = task.ContainerId } : null,
        });
}
