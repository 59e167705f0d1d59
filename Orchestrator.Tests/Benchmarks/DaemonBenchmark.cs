using System.Globalization;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Integration;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>What an idle cluster of a manager and a worker costs, and how quickly the command line answers.</summary>
[Explicit("a measurement, not a test"), NonParallelizable]
internal sealed class DaemonBenchmark
{
    private const int Samples = 15;
    private const int Runs = 20;

    [Test]
    public async Task Memory_and_node_ls()
    {
        await using var manager = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "manager" });
        await using var worker = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "worker" });
        var address = await manager.InitAsync();
        var token = (string)(await manager.Api.ReadAsync("/swarm"))["JoinTokens"]!["Worker"]!;
        (await worker.SwarmnetAsync("join", "--token", token, address)).Succeeded();
        await Eventually.Get("two ready nodes", () => manager.Api.ReadAsync("/nodes"), nodes =>
            nodes.AsArray().Count(node => (string?)node!["Status"]!["State"] == "ready") == 2);
        var managers = new List<double>();
        var workers = new List<double>();
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (managers.Count < Samples && await second.WaitForNextTickAsync())
        {
            managers.Add(Megabytes(manager.Pid));
            workers.Add(Megabytes(worker.Pid));
        }
        // A manager's daemon is manager and worker together; a worker's has the agent alone.
        Figures.Report("daemon.rss_mb", Figures.Median(managers), "MB");
        Figures.Report("daemon.rss_worker_mb", Figures.Median(workers), "MB");

        var times = new List<double>();
        for (var run = 0; run < Runs; run++)
        {
            var result = await manager.SwarmnetAsync("node", "ls");
            Assert.That(result.Succeeded().Split('\n'), Has.Length.EqualTo(3));
            times.Add(result.Took.TotalMilliseconds);
        }
        Figures.Report("cli.node_ls_ms", Figures.Median(times), "ms");
    }

    internal static double Megabytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").Single(line => line.StartsWith("VmRSS:"));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
