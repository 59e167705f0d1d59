using Microsoft.Extensions.Logging;
using Orchestrator.Agents.Sessions;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Agents.Joining;

/// <summary>
/// Renews the node's certificate long before it ends, and as soon as the managers want the node in another role.
/// </summary>
/// <param name="renewed">the node has another certificate</param>
internal sealed partial class CertificateRenewal(AgentContext agent, ManagerRoster roster, Action renewed)
{
    /// <summary>A timer holds some weeks only, and clocks are set.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Also when a manager gives certificates that are due at once, because its clock is behind.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMinutes(1);
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));

    /// <summary>A manager that is to be a worker stays one until it has left the managers' group.</summary>
    private static readonly Backoff RoleRetry = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(1));

    private readonly ILogger _log = agent.Loggers.CreateLogger<CertificateRenewal>();
    private readonly JoinClient _client = new(agent.Clock);
    private readonly Signal _settings = new(agent.Clock);

    /// <summary>The managers have said something new.</summary>
    public void Look() => _settings.Set();

    public async Task RunAsync(CancellationToken ct)
    {
        var earliest = agent.Now;
        while (true)
        {
            var due = agent.Identity.Current.Validity.RenewAt(agent.Chance.Next());
            due = due > earliest ? due : earliest;
            while (!IsDue(due) && HasRightRole(agent.Identity.Current))
                await _settings.WaitAsync(due - agent.Now < LongestWait ? due - agent.Now : LongestWait, ct);
            for (var failures = 1; !await TryAsync(due, ct); failures++)
            {
                var retry = IsDue(due) ? Retry : RoleRetry;
                await _settings.WaitAsync(retry.Delay(failures, agent.Chance.Next()), ct);
            }
            earliest = agent.Now + ShortestWait;
        }
    }

    private bool IsDue(DateTimeOffset due) => due <= agent.Now;

    private bool HasRightRole(NodeIdentity identity) => (roster.Settings.Role ?? identity.Role) == identity.Role;

    /// <returns>true when there is nothing to do any more</returns>
    private async Task<bool> TryAsync(DateTimeOffset due, CancellationToken ct)
    {
        if (!IsDue(due) && HasRightRole(agent.Identity.Current))
            return true;
        if (roster.Current is not { } manager)
            return false;
        try
        {
            var next = await _client.RenewAsync(manager, agent.Identity, ct);
            if (!IsDue(due) && next.Role == agent.Identity.Current.Role)
            {
                LogSameRole(next.Role);
                next.Dispose();
                return false;
            }
            agent.Options.SaveIdentity(next);
            agent.Identity.Replace(next);
            LogRenewed(next.Role, next.Validity.NotAfter);
            renewed();
            return true;
        }
        catch (Exception e) when (e is JoinException or IOException)
        {
            LogFailed(agent.Identity.Current.Validity.NotAfter, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "this node has a new certificate as {Role}, good until {End}")]
    private partial void LogRenewed(NodeRole role, DateTimeOffset end);

    [LoggerMessage(Level = LogLevel.Debug, Message = "this node is to change its role, and is still a {Role}")]
    private partial void LogSameRole(NodeRole role);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "this node's certificate (good until {End}) could not be renewed: {Error}. It is tried again")]
    private partial void LogFailed(DateTimeOffset end, string error);
}
