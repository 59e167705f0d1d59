using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;

namespace Orchestrator.Hosting;

/// <summary>
/// Owns background loops that live and die together. A loop that ends with an error, or ends at all before it was asked
/// to, ends the daemon: nobody overlooks it.
/// </summary>
internal sealed partial class LoopGroup(HostServices services, ILogger logger) : IAsyncDisposable
{
    /// <summary>How long a stop waits for a loop that does not listen.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops = [];

    public void Start(string name, Func<CancellationToken, Task> loop) => _loops.Add(WatchAsync(name, loop));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await Task.WhenAll(_loops).WaitAsync(StopLimit, services.Time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            LogStuck(logger, StopLimit.TotalSeconds);
        }
        _stopping.Dispose();
    }

    private async Task WatchAsync(string name, Func<CancellationToken, Task> loop)
    {
        try
        {
            // Off the caller's thread from the start: a loop may work long before it first waits.
            await Task.Yield();
            await loop(_stopping.Token);
            if (!_stopping.IsCancellationRequested)
                throw new InvariantException($"the loop '{name}' ended although nobody stopped it");
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The end that was asked for.
        }
        catch (Exception exception)
        {
            LogFailed(logger, name, exception);
            services.Fatal.TrySetResult(exception);
        }
    }

    [LoggerMessage(LogLevel.Critical, "the loop '{Name}' failed")]
    private static partial void LogFailed(ILogger logger, string name, Exception exception);

    [LoggerMessage(LogLevel.Warning, "a loop did not stop within {Seconds} s, going on without it")]
    private static partial void LogStuck(ILogger logger, double seconds);
}
