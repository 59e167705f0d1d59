using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>Changes the key of a manager's log when it is old. Each manager has a key of its own.</summary>
internal sealed partial class KeyRotation(RaftNode node, ILogger logger)
{
    /// <summary>After so long a key is replaced by itself.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMinutes(10);

    private readonly ILogger _logger = logger;

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(LookPeriod, node.Time, ct);
            if (node.Time.GetUtcNow() - node.KeysChangedAt >= Lifetime)
                await TryAsync(ct);
        }
    }

    private async Task TryAsync(CancellationToken ct)
    {
        try
        {
            await node.RotateKeyAsync(ct);
            LogRotated();
        }
        catch (ProposalException e)
        {
            LogUnfinished(e.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "the log has a new key, and what the old one encrypted is gone")]
    private partial void LogRotated();

    [LoggerMessage(LogLevel.Warning, "the change of the log's key is not at its end: {Why}")]
    private partial void LogUnfinished(string why);
}
