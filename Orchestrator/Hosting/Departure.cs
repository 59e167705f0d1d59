using Microsoft.Extensions.Logging;
using Orchestrator.Api;
using Orchestrator.Runtime;

namespace Orchestrator.Hosting;

/// <summary>Ends the tasks of a node that leaves its cluster: nobody would ever stop them afterwards.</summary>
internal sealed partial class Departure(ILogger logger)
{
    private static readonly TimeSpan StopTasksLimit = TimeSpan.FromSeconds(60);

    /// <summary>Whoever forces it waits for an answer: shorter than a client's patience.</summary>
    private static readonly TimeSpan ForcedStopLimit = TimeSpan.FromSeconds(20);

    /// <param name="force">goes on when some could not be stopped</param>
    /// <exception cref="ApiException">they could not be stopped: the node stays, and so do they</exception>
    public async Task StopTasksAsync(Membership current, bool force, CancellationToken ct)
    {
        var patience = force ? ForcedStopLimit : StopTasksLimit;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        try
        {
            await current.StopTasksAsync(limit.Token);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw ApiException.Unavailable("the daemon is stopping: this node has not left its cluster");
        }
        catch (Exception exception) when (exception is RuntimeException or OperationCanceledException)
        {
            var why = exception is RuntimeException
                ? exception.Message
                : $"they did not end within {patience.TotalSeconds:0} s";
            if (force)
            {
                LogTasksLeft(logger, why);
                return;
            }
            current.ResumeSessions();
            throw ApiException.Unavailable($"this node's tasks could not be stopped: {why}; it stays in the cluster. "
                + "Start the engine again, or use --force to leave them running");
        }
    }

    /// <summary>For a node that was taken out: there is nobody to ask whether it may leave them.</summary>
    /// <returns>false when they could not be stopped now</returns>
    public async Task<bool> TryStopTasksAsync(Membership expelled, CancellationToken ct)
    {
        try
        {
            await StopTasksAsync(expelled, force: false, ct);
            return true;
        }
        catch (ApiException exception)
        {
            LogTasksLeft(logger, exception.Message);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "tasks were left running: {Reason}")]
    private static partial void LogTasksLeft(ILogger logger, string reason);
}
