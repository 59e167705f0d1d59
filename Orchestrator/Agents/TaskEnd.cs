using System.Globalization;
using Orchestrator.Model;
using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>The last status of a task, in all the ways it can end.</summary>
internal static class TaskEnd
{
    public const string UnhealthyContainer = "unhealthy container";

    /// <param name="container">null when there never was one</param>
    public static TaskStatus OnRequest(ContainerObservation? container, DateTimeOffset now) =>
        Status(TaskState.Shutdown, "shutdown", container, now);

    /// <summary>Its process ended although nobody asked it to, or because its health check failed.</summary>
    public static TaskStatus ByItself(TaskRecord task, ContainerObservation ended, DateTimeOffset now)
    {
        if (task.Unhealthy)
            return Status(TaskState.Failed, "failed", ended, now) with { Error = UnhealthyContainer };
        return ended.ExitCode == 0
            ? Status(TaskState.Complete, "finished", ended, now)
            : Status(TaskState.Failed, "failed", ended, now) with { Error = Reason(ended) };
    }

    public static TaskStatus NotStarted(ContainerObservation created, DateTimeOffset now) =>
        Status(TaskState.Failed, "failed", created, now) with
        {
            Error = "the runtime did not start the container" + Suffix(created.Error),
        };

    public static TaskStatus Vanished(TaskRecord task, DateTimeOffset now) => new()
    {
        State = TaskState.Failed,
        Timestamp = now,
        Message = "failed",
        Error = "container was removed outside of swarmnet",
        Container = new ContainerStatus { ContainerId = task.ContainerId },
    };

    /// <summary>
    /// The runtime says that it can never work: before the start the task is refused, later it has failed.
    /// </summary>
    public static TaskStatus Refused(TaskRecord task, string error, DateTimeOffset now) => new()
    {
        State = task.Status.State < TaskState.Starting ? TaskState.Rejected : TaskState.Failed,
        Timestamp = now,
        Message = task.Status.State < TaskState.Starting ? "preparing failed" : "starting failed",
        Error = error,
        Container = task.Status.Container,
    };

    private static string Reason(ContainerObservation ended)
    {
        var code = ended.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
        var memory = ended.OutOfMemory ? ": out of memory" : "";
        return $"task: non-zero exit ({code}){memory}{Suffix(ended.Error)}";
    }

    private static string Suffix(string error) => error.Length > 0 ? $": {error}" : "";

    private static TaskStatus Status(
        TaskState state, string message, ContainerObservation? container, DateTimeOffset now) => new()
        {
            State = state,
            Timestamp = now,
            Message = message,
            Container = container is null
                ? null
                : new ContainerStatus { ContainerId = container.ContainerId, ExitCode = container.ExitCode },
            Ports = [],
        };
}
