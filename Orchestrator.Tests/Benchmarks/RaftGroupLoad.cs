using System.Diagnostics;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>What sequential clients did in a while.</summary>
/// <param name="Milliseconds">of each call</param>
internal sealed record RaftGroupLoad(double Seconds, ImmutableArray<double> Milliseconds)
{
    public double PerSecond => Milliseconds.Length / Seconds;

    public double Median => Figures.Median(Milliseconds);

    /// <param name="call">one call of the client with that number</param>
    public static async Task<RaftGroupLoad> RunAsync(int clients, TimeSpan time, Func<int, Task> call)
    {
        var start = Stopwatch.GetTimestamp();
        var each = await Task.WhenAll(Enumerable.Range(0, clients).Select(
            client => Task.Run(() => ClientAsync(() => Stopwatch.GetElapsedTime(start) < time, () => call(client)))));
        return new RaftGroupLoad(
            Stopwatch.GetElapsedTime(start).TotalSeconds, [.. each.SelectMany(milliseconds => milliseconds)]);
    }

    /// <summary>Until the task has ended.</summary>
    public static async Task<RaftGroupLoad> RunWhileAsync(Task task, int clients, Func<int, Task> call)
    {
        var start = Stopwatch.GetTimestamp();
        var each = await Task.WhenAll(Enumerable.Range(0, clients).Select(
            client => Task.Run(() => ClientAsync(() => !task.IsCompleted, () => call(client)))));
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
