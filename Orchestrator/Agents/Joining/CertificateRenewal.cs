using Microsoft.Extensions.Logging;
using Orchestrator.Agents.Sessions;
using Orchestrator.Primitives;

namespace Orchestrator.Agents.Joining;

/// <summary>Renews the node's certificate long before it ends.</summary>
/// <param name="renewed">the node has another certificate</param>
internal sealed partial class CertificateRenewal(AgentContext agent, ManagerRoster roster, Action renewed)
{
    /// <summary>A timer holds some weeks only, and clocks are set.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Also when a manager gives certificates that are due at once, because its clock is behind.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMinutes(1);
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));

    private readonly ILogger _log = agent.Loggers.CreateLogger<CertificateRenewal>();
    private readonly JoinClient _client = new(agent.Clock);

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            await WaitUntilAsync(agent.Identity.Current.Validity.RenewAt(agent.Chance.Next()), ct);
            for (var failures = 1; !await TryAsync(ct); failures++)
                await Task.Delay(Retry.Delay(failures, agent.Chance.Next()), agent.Clock, ct);
            await Task.Delay(ShortestWait, agent.Clock, ct);
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken ct)
    {
        while (due - agent.Now is var wait && wait > TimeSpan.Zero)
            await Task.Delay(wait < LongestWait ? wait : LongestWait, agent.Clock, ct);
    }

    private async Task<bool> TryAsync(CancellationToken ct)
    {
        if (roster.Current is not { } manager)
            return false;
        try
        {
            var next = await _client.RenewAsync(manager, agent.Identity, ct);
            agent.Options.SaveIdentity(next);
            agent.Identity.Replace(next);
            LogRenewed(next.Validity.NotAfter);
            renewed();
            return true;
        }
        catch (Exception e) when (e is JoinException or IOException)
        {
            LogFailed(agent.Identity.Current.Validity.NotAfter, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "this node has a new certificate, good until {End}")]
    private partial void LogRenewed(DateTimeOffset end);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "this node's certificate (good until {End}) could not be renewed: {Error}. It is tried again")]
    private partial void LogFailed(DateTimeOffset end, string error);
}
