using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>What a controller needs from the outside.</summary>
public sealed record ControllerEnvironment(
    StateStore Store, IProposer Proposer, TimeProvider Time, IdSource Ids, Func<double> Chance);

/// <summary>
/// watch → decide → propose, for one controller. Runs as long as this manager leads. Changes that arrive while a
/// proposal is under way gather, so a burst costs one more round, not one a change.
/// </summary>
public sealed partial class ControllerLoop(IController controller, ControllerEnvironment environment, ILogger logger)
{
    /// <summary>A timer holds some weeks only, and the host's clock may be set: look again this often.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>A decision that was overtaken is made again soon; one that is refused for ever costs little.</summary>
    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(10));

    private readonly WorkQueue<string> _queue = new();
    private readonly Dictionary<string, int> _refusals = new(StringComparer.Ordinal);
    private readonly SteadyClock _clock = new(environment.Time);

    public async Task RunAsync(CancellationToken ct)
    {
        var before = StateSnapshot.Empty;
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var watch = environment.Store.WatchAsync(after: 0, life.Token).GetAsyncEnumerator(life.Token);
        var next = watch.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (await HasChangeAsync(next, ct))
                {
                    foreach (var key in controller.KeysOf(watch.Current, before))
                        _queue.Add(key, _clock.Now);
                    before = watch.Current.Snapshot;
                    next = watch.MoveNextAsync().AsTask();
                }
                await WorkAsync(ct);
            }
        }
        finally
        {
            // An enumerator that still moves must not be disposed.
            await life.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for the next change, or until a key is due (false).</summary>
    private async Task<bool> HasChangeAsync(Task<bool> next, CancellationToken ct)
    {
        if (_queue.NextDue is not { } due)
            return await next;
        var wait = due - _clock.Now;
        if (next.IsCompleted || wait <= TimeSpan.Zero)
            return next.IsCompleted && await next;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var first = await Task.WhenAny(next, Task.Delay(wait, environment.Time, timer.Token));
        await timer.CancelAsync();
        ct.ThrowIfCancellationRequested();
        return first == next && await next;
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        var proposals = new List<Task<string?>>();
        var due = _queue.TakeDue(_clock.Now);
        foreach (var key in due)
        {
            var context = new ReconcileContext(
                environment.Store.Current, environment.Time.GetUtcNow(), environment.Ids);
            var decision = controller.Decide(context, key);
            if (decision.WakeAt is { } wakeAt)
                _queue.Add(key, DueAt(wakeAt - context.Now));
            foreach (var part in decision.Parts)
                proposals.Add(ProposeAsync(key, part, ct));
            // Many decisions in a row would keep a thread that the log's own work may wait for.
            await Task.Yield();
        }
        var refused = (await Task.WhenAll(proposals)).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        foreach (var key in due.Except(refused, StringComparer.Ordinal))
            _refusals.Remove(key);
        foreach (var key in refused)
            DecideAgain(key);
    }

    private DateTimeOffset DueAt(TimeSpan wait) => _clock.Now + (wait < LongestWait ? wait : LongestWait);

    private void DecideAgain(string key)
    {
        var inARow = _refusals[key] = _refusals.GetValueOrDefault(key) + 1;
        _queue.Add(key, DueAt(Retry.Delay(inARow, environment.Chance())));
    }

    /// <returns>the key when its decision has had no effect, else null</returns>
    private async Task<string?> ProposeAsync(string key, Transaction part, CancellationToken ct)
    {
        try
        {
            var applied = await environment.Proposer.ProposeAsync(part, ct);
            if (applied.Refusal is not { } refusal)
                return null;
            LogRefused(logger, controller.Name, key, refusal.Kind, refusal.Subject);
        }
        catch (ProposalException exception) when (exception.Failure != ProposalFailure.ShuttingDown)
        {
            LogNotWritten(logger, controller.Name, key, part.Changes.Length, exception.Message);
        }
        return key;
    }

    [LoggerMessage(LogLevel.Debug, "{Controller}: decision for {Key} was overtaken ({Kind} {Subject}), deciding again")]
    private static partial void LogRefused(
        ILogger logger, string controller, string key, RefusalKind kind, string subject);

    [LoggerMessage(LogLevel.Warning,
        "{Controller}: {Changes} changes for {Key} could not be written, deciding again: {Why}")]
    private static partial void LogNotWritten(ILogger logger, string controller, string key, int changes, string why);
}
