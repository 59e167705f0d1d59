using System.Globalization;
using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>Runtime calls with a limit: one that hangs is a runtime that does not answer.</summary>
internal static class Timed
{
    /// <summary>About what a timer holds; a task may ask for more to stop gracefully.</summary>
    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(40);

    /// <exception cref="RuntimeException">the call failed, or took too long</exception>
    /// <exception cref="OperationCanceledException">only when <paramref name="ct"/> was cancelled</exception>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> call, TimeSpan limit, TimeProvider clock, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(limit < LongestLimit ? limit : LongestLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            return await call(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            var seconds = limit.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
            throw new RuntimeException(
                RuntimeFailure.Unavailable, $"the runtime has not answered in {seconds} s", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
        {
            throw new RuntimeException(RuntimeFailure.Unavailable, $"the runtime does not answer: {e.Message}", e);
        }
    }
}
