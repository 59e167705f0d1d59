using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>
/// Writes what all agents report. While one proposal is under way the next batch gathers, so the busier the cluster,
/// the larger the batches: the log sees about one entry at a time, whatever the number of nodes.
/// </summary>
internal sealed partial class StatusIntake(DispatchingEnvironment environment, ILogger logger)
{
    /// <summary>Reports that may wait; then sessions are read no further, and the agents wait.</summary>
    private const int QueueLimit = 1024;

    /// <summary>Updates in one batch, and of those in one log entry.</summary>
    private const int BatchLimit = 4096;
    private const int TransactionLimit = 1024;

    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1));

    private readonly Channel<Reported> _queue =
        Channel.CreateBounded<Reported>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });

    /// <summary>Takes a report; its receipt is sent when it is durable.</summary>
    public ValueTask AddAsync(AgentSession session, AgentStatusReport report, CancellationToken ct) =>
        _queue.Writer.WriteAsync(new Reported(session, report), ct);

    public async Task RunAsync(CancellationToken ct)
    {
        while (await _queue.Reader.WaitToReadAsync(ct))
        {
            var batch = TakeBatch();
            await WriteAsync(batch, ct);
            foreach (var last in batch.GroupBy(item => item.Session).Select(group => group.Last()))
                last.Session.TrySend(new StatusReceipt { Number = last.Report.Number });
        }
    }

    private List<Reported> TakeBatch()
    {
        var batch = new List<Reported>();
        var updates = 0;
        while (updates < BatchLimit && _queue.Reader.TryRead(out var item))
        {
            batch.Add(item);
            updates += item.Report.Updates.Length;
        }
        return batch;
    }

    private async Task WriteAsync(List<Reported> batch, CancellationToken ct)
    {
        var reports = from item in batch
                      from update in item.Report.Updates
                      select new ReportedStatus(item.Session.Node, update);
        foreach (var part in reports.Chunk(TransactionLimit))
            await WriteAsync([.. part], ct);
    }

    private async Task WriteAsync(List<ReportedStatus> reports, CancellationToken ct)
    {
        var (limit, failures) = (TransactionLimit, 0);
        while (true)
        {
            var changes = StatusDecision.Decide(environment.Store.Current, reports, environment.Now);
            if (changes.IsEmpty)
                return;
            // What was accepted is not decided again, so the next round has the rest; after a refusal it has the same.
            var part = changes.Length <= limit ? changes : changes[..limit];
            var (accepted, failure) = await ProposeAsync(part, ct);
            if (accepted && part.Length == changes.Length)
                return;
            switch (failure)
            {
                case ProposalFailure.TooLarge when part.Length == 1:
                    LogTooLarge(logger, part[0].Key);
                    reports.RemoveAll(report => report.Update.TaskId.Value == part[0].Key);
                    break;
                case ProposalFailure.TooLarge:
                    limit = part.Length / 2;
                    break;
                case not null:
                    await Task.Delay(Retry.Delay(++failures, chance: 0), environment.Time, ct);
                    break;
            }
        }
    }

    /// <returns>no failure when the log took it, accepted or refused</returns>
    private async Task<(bool Accepted, ProposalFailure? Failure)> ProposeAsync(
        ImmutableArray<Change> changes, CancellationToken ct)
    {
        try
        {
            var applied = await environment.Proposer.ProposeAsync(new Transaction { Changes = changes }, ct);
            return (applied.Accepted, null);
        }
        catch (ProposalException e) when (e.Failure != ProposalFailure.ShuttingDown)
        {
            LogRetry(logger, changes.Length, e.Message);
            return (false, e.Failure);
        }
    }

    private readonly record struct Reported(AgentSession Session, AgentStatusReport Report);

    [LoggerMessage(LogLevel.Warning, "The status of {Tasks} tasks could not be written, trying again: {Why}")]
    private static partial void LogRetry(ILogger logger, int tasks, string why);

    [LoggerMessage(LogLevel.Error, "The reported status of task {Task} is too large to be written: it is dropped")]
    private static partial void LogTooLarge(ILogger logger, string task);
}
