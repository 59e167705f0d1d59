using Orchestrator.Model;

namespace Orchestrator.Api;

/// <summary>Where the lines of tasks come from.</summary>
public interface ITaskLogs
{
    /// <summary>
    /// The lines of exactly these tasks, each task's own in order. Ends when all is said; with
    /// <see cref="LogOptions.Follow"/> when all of the tasks have ended. Tasks that a service gets later are asked for
    /// by another call. What cannot be read is said in a line of <see cref="LogStream.System"/>, never by an exception.
    /// </summary>
    IAsyncEnumerable<LogLine> ReadAsync(IReadOnlyList<ServiceTask> tasks, LogOptions options, CancellationToken ct);
}
