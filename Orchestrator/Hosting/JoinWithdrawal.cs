using Microsoft.Extensions.Logging;
using Orchestrator.Agents.Joining;
using Orchestrator.Consensus.Core;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>
/// Undoes in the cluster what a join had done there before it failed: the node, and its place in the managers' group.
/// </summary>
/// <param name="managers"><c>ip:port</c></param>
internal sealed partial class JoinWithdrawal(
    LiveIdentity identity, IReadOnlyList<string> managers, HostServices services, ILogger logger) : IAsyncDisposable
{
    /// <summary>For all of it. Who is not heard must be removed by hand.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Stopped only when the others have let it go: its vote may be needed for that.</summary>
    public ManagerSide? Manager { private get; set; }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Limit, services.Time);
        var why = "no manager that leads has answered in time";
        try
        {
            foreach (var manager in managers)
            {
                if (await ProblemAsync(manager, limit.Token) is { } problem)
                {
                    why = problem;
                    continue;
                }
                why = "the managers have not let it go in time";
                await UntilNoMemberAsync(limit.Token);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The time is up.
        }
        finally
        {
            if (Manager is not null)
                await Manager.DisposeAsync();
        }
        LogStays(logger, identity.Current.NodeId.Value, why);
    }

    private async Task<string?> ProblemAsync(string manager, CancellationToken ct)
    {
        try
        {
            await new JoinClient(services.Time).WithdrawAsync(manager, identity, ct);
            return null;
        }
        catch (JoinException e)
        {
            return e.Message;
        }
    }

    private async Task UntilNoMemberAsync(CancellationToken ct)
    {
        if (Manager is null)
            return;
        await foreach (var status in Manager.Role.Node.WatchAsync(ct))
            if (status.IsRemoved || status.Membership.Find(status.Self) is null)
                return;
    }

    [LoggerMessage(LogLevel.Warning, "this host could not join, and is still in the cluster's list as node {Node}: "
        + "{Why}. Remove it there: swarmnet node demote, then swarmnet node rm")]
    private static partial void LogStays(ILogger logger, string node, string why);
}
