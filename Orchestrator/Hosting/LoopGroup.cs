using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;

namespace Orchestrator.Hosting;

/// <summary>
/// Owns background loops that live and die together. A loop that ends with an error, or ends at all before it was asked
/// to, is the group's failure: whoever owns the group decides what to do, nobody overlooks it.
/// </summary>
public sealed partial class LoopGroup(TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>How long a stop waits for a loop that does not listen.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource<Exception> failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> loops = [];

    /// <summary>Cancelled when the group stops.</summary>
    public CancellationToken Lifetime => stopping.Token;

    /// <summary>Completes when a loop failed; never otherwise.</summary>
    public Task<Exception> Failed => failed.Task;

    public void Start(string name, Func<CancellationToken, Task> loop) => loops.Add(WatchAsync(name, loop));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        try
        {
            await Task.WhenAll(loops).WaitAsync(StopLimit, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            LogStuck(logger, StopLimit.TotalSeconds);
        }
        stopping.Dispose();
    }

    private async Task WatchAsync(string name, Func<CancellationToken, Task> loop)
    {
        try
        {
            // Off the caller's thread from the start: a loop may work long before it first waits.
            await Task.Yield();
            await loop(stopping.Token);
            if (!stopping.IsCancellationRequested)
                failed.TrySetResult(new InvariantException($"the loop '{name}' ended although nobody stopped it"));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end that was asked for.
        }
        catch (Exception exception)
        {
            LogFailed(logger, name, exception);
            failed.TrySetResult(exception);
        }
    }

    [LoggerMessage(LogLevel.Critical, "the loop '{Name}' failed")]
    private static partial void LogFailed(ILogger logger, string name, Exception exception);

    [LoggerMessage(LogLevel.Warning, "a loop did not stop within {Seconds} s, going on without it")]
    private static partial void LogStuck(ILogger logger, double seconds);
}
