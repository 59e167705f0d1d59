using System.Diagnostics;
using Orchestrator.Tests.Consensus;

namespace Orchestrator.Tests.Benchmarks;

[Explicit("a measurement, not a test"), NonParallelizable]
public sealed class RaftNodeBenchmark
{
    private const int Warmup = 200;
    private static readonly string Command = new('x', 256);

    [TestCase(1, 2000), TestCase(8, 2000), TestCase(64, 500)]
    public async Task Proposals_of_sequential_clients(int clients, int each)
    {
        using var directory = new TemporaryDirectory();
        var disk = new FaultyDisk();
        await using var node = await NodeBench.StartAsync(NodeBench.Options(directory), disk);
        await ProposeAsync(node, Warmup);
        var flushes = disk.Flushes;
        var start = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => ProposeAsync(node, each)));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var sorted = times.SelectMany(each => each).Order().ToArray();
        await TestContext.Out.WriteLineAsync($"{clients} clients: {sorted.Length / seconds:0} proposals/s, "
            + $"p50 {sorted[sorted.Length / 2]:0.000} ms, p99 {sorted[sorted.Length * 99 / 100]:0.000} ms, "
            + $"{(double)sorted.Length / (disk.Flushes - flushes):0.0} proposals/flush");
        Assert.That(node.Machine.Commands, Has.Count.EqualTo(sorted.Length + Warmup));
    }

    [TestCase(1, 20_000), TestCase(8, 5000), TestCase(64, 1000)]
    public async Task Read_barriers_of_sequential_clients(int clients, int each)
    {
        using var directory = new TemporaryDirectory();
        var disk = new FaultyDisk();
        await using var node = await NodeBench.StartAsync(NodeBench.Options(directory), disk);
        await TimesAsync(Warmup, node.BarrierAsync);
        var flushes = disk.Flushes;
        var start = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => TimesAsync(each, node.BarrierAsync)));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var sorted = times.SelectMany(each => each).Order().ToArray();
        await TestContext.Out.WriteLineAsync($"{clients} clients: {sorted.Length / seconds:0} barriers/s, "
            + $"p50 {sorted[sorted.Length / 2]:0.000} ms, p99 {sorted[sorted.Length * 99 / 100]:0.000} ms");
        Assert.That(disk.Flushes, Is.EqualTo(flushes));
    }

    private static Task<double[]> ProposeAsync(NodeBench node, int count) =>
        TimesAsync(count, () => node.ProposeAsync(Command));

    private static async Task<double[]> TimesAsync(int count, Func<Task> act)
    {
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await act();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        return times;
    }
}
