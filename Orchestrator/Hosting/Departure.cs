using Microsoft.Extensions.Logging;
using Orchestrator.Api;
using Orchestrator.Api.Writes;
using Orchestrator.Consensus.Core;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Runtime;

namespace Orchestrator.Hosting;

/// <summary>
/// What a node does before it leaves its cluster: out of the managers' group, and an end of its tasks, which nobody
/// would ever stop afterwards.
/// </summary>
internal sealed partial class Departure(HostServices services, ILogger logger)
{
    private static readonly TimeSpan StopTasksLimit = TimeSpan.FromSeconds(60);

    /// <summary>Whoever forces it waits for an answer: shorter than a client's patience.</summary>
    private static readonly TimeSpan ForcedStopLimit = TimeSpan.FromSeconds(20);

    /// <summary>For the other managers to agree.</summary>
    private static readonly TimeSpan StepDownLimit = TimeSpan.FromSeconds(5);

    /// <summary>Between two tries: somebody else has changed the row, or there is no leader now.</summary>
    private static readonly TimeSpan StepDownPause = TimeSpan.FromMilliseconds(200);

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

    /// <summary>
    /// Out of the group before the host goes: a member that never answers again would cost the others their margin.
    /// Tried for a while only, since whoever leaves by force has a reason.
    /// </summary>
    public async Task StepDownAsync(ManagerServices manager, ManagerRole role, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(StepDownLimit, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        var why = "the other managers have not agreed on it in time";
        try
        {
            while (await ProblemAsync(manager, role, either.Token) is { } problem)
            {
                why = problem;
                await Task.Delay(StepDownPause, services.Time, either.Token);
            }
            await foreach (var status in role.Node.WatchAsync(either.Token))
                if (status.IsRemoved || status.Membership.Find(status.Self) is null)
                    return;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            LogStaysMember(logger, why);
        }
    }

    /// <returns>why the wish for another role is not written; null when it is</returns>
    private static async Task<string?> ProblemAsync(ManagerServices manager, ManagerRole role, CancellationToken ct)
    {
        try
        {
            await manager.Proposer.ReadBarrierAsync(ct);
            var self = role.Node.Status.Membership.Find(role.Node.Status.Self)?.Node ?? "";
            if (manager.Store.Current.Node(new NodeId(self)) is not { } row)
                return "it does not belong to the group yet";
            await NodeWrites.UpdateAsync(
                manager, new NodeVersion(self, row.Meta.Version), row.Spec with { Role = NodeRole.Worker }, force: true,
                ct);
            return null;
        }
        catch (Exception e) when (e is ApiException or ProposalException)
        {
            return e.Message;
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

    [LoggerMessage(LogLevel.Warning,
        "this manager leaves and is still a member of the managers' group: {Why}. Remove it there: swarmnet node rm "
        + "--force")]
    private static partial void LogStaysMember(ILogger logger, string why);

    [LoggerMessage(LogLevel.Warning, "tasks were left running: {Reason}")]
    private static partial void LogTasksLeft(ILogger logger, string reason);
}
