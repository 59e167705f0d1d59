using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>What a controller needs from the outside.</summary>
public sealed record ControllerEnvironment(
    StateStore Store, IProposer Proposer, TimeProvider Time, IdSource Ids, Func<double> Chance);

/// <summary>
/// watch → decide → propose, for one controller. Runs as long as this manager leads. Changes that arrive while a
/// proposal
/// is under way gather, so a burst costs one more round, not one a change.
/// </summary>
public sealed partial class ControllerLoop(IController controller, ControllerEnvironment environment, ILogger logger)
{
    /// <summary>A refused decision is made again at once; this soon if the state has not moved on yet.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(20);

    private readonly WorkQueue<string> _queue = new();

    public async Task RunAsync(CancellationToken ct)
    {
        var before = StateSnapshot.Empty;
        var watch = environment.Store.WatchAsync(after: 0, ct).GetAsyncEnumerator(ct);
        await using var _ = watch;
        var next = watch.MoveNextAsync().AsTask();
        while (true)
        {
            if (await HasChangeAsync(next, ct))
            {
                var now = environment.Time.GetUtcNow();
                foreach (var key in controller.KeysOf(watch.Current, before))
                    _queue.Add(key, now);
                before = watch.Current.Snapshot;
                next = watch.MoveNextAsync().AsTask();
            }
            await WorkAsync(ct);
        }
    }

    /// <summary>Waits for the next change, or until a key is due (false).</summary>
    private async Task<bool> HasChangeAsync(Task<bool> next, CancellationToken ct)
    {
        if (_queue.NextDue is not { } due)
            return await next;
        var wait = due - environment.Time.GetUtcNow();
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
        foreach (var key in _queue.TakeDue(environment.Time.GetUtcNow()))
        {
            var context = new ReconcileContext(
                environment.Store.Current, environment.Time.GetUtcNow(), environment.Ids, environment.Chance);
            var decision = controller.Decide(context, key);
            if (decision.WakeAt is { } wakeAt)
                _queue.Add(key, wakeAt);
            foreach (var part in decision.Parts)
                proposals.Add(ProposeAsync(key, part, ct));
        }
        foreach (var overtaken in await Task.WhenAll(proposals))
            if (overtaken is not null)
                _queue.Add(overtaken, environment.Time.GetUtcNow() + RetryAfter);
    }

    /// <returns>the key when its decision was refused, else null</returns>
    private async Task<string?> ProposeAsync(string key, Transaction part, CancellationToken ct)
    {
        var applied = await environment.Proposer.ProposeAsync(part, ct);
        if (applied.Refusal is not { } refusal)
            return null;
        LogRefused(logger, controller.Name, key, refusal.Kind, refusal.Subject);
        return key;
    }

    [LoggerMessage(LogLevel.Debug, "{Controller}: decision for {Key} was overtaken ({Kind} {Subject}), deciding again")]
    private static partial void LogRefused(
        ILogger logger, string controller, string key, RefusalKind kind, string subject);
}
