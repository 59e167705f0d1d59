using System.Diagnostics;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>What sequential clients did in a while.</summary>
/// <param name="Milliseconds">of each call</param>
internal sealed record RaftGroupLoad(double Seconds, ImmutableArray<double> Milliseconds)
{
    public double PerSecond => Milliseconds.Length / Seconds;

    public double Median => Figures.Median(Milliseconds);

    /// <param name="call">one call of the client with that number</param>
    public static Task<RaftGroupLoad> RunAsync(int clients, TimeSpan time, Func<int, Task> call) =>
        RunAsync(clients, elapsed => elapsed < time, _ => call);

    /// <summary>All clients together begin no more than so many calls a second.</summary>
    /// <param name="goesOn">asked with the time since the start, before each call</param>
    public static Task<RaftGroupLoad> RunAsync(
        int clients, double perSecond, Func<TimeSpan, bool> goesOn, Func<int, Task> call) =>
        RunAsync(clients, goesOn, pace => async client =>
        {
            await pace.WaitForNextTickAsync();
            await call(client);
        }, TimeSpan.FromSeconds(clients / perSecond));

    private static async Task<RaftGroupLoad> RunAsync(
        int clients, Func<TimeSpan, bool> goesOn, Func<PeriodicTimer, Func<int, Task>> calls, TimeSpan? pause = null)
    {
        var start = Stopwatch.GetTimestamp();
        var each = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            using var pace = new PeriodicTimer(pause ?? Timeout.InfiniteTimeSpan);
            var call = calls(pace);
            return await ClientAsync(() => goesOn(Stopwatch.GetElapsedTime(start)), () => call(client));
        })));
        return new RaftGroupLoad(
            Stopwatch.GetElapsedTime(start).TotalSeconds, [.. each.SelectMany(milliseconds => milliseconds)]);
    }

    private static async Task<List<double>> ClientAsync(Func<bool> goesOn, Func<Task> call)
    {
        var milliseconds = new List<double>();
        while (goesOn())
        {
            var start = Stopwatch.GetTimestamp();
            await call();
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return milliseconds;
    }
}
