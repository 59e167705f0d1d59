using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Integration;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>Service creates over the API of a real daemon, every one on disk before it is answered.</summary>
[Explicit("a measurement, not a test"), NonParallelizable]
internal sealed class ServiceCreateBenchmark
{
    private const int Clients = 8;
    private const int Warmup = 100;
    private const int Rounds = 3;

    [Test]
    public async Task Creates_of_eight_clients()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        await daemon.InitAsync();
        var rates = new List<double>();
        var times = new List<double>();
        await CreateAsync(daemon, "warm", Warmup, replicas: 0);
        for (var round = 0; round < Rounds; round++)
        {
            var seconds = await TimedAsync(daemon, $"a{round}", each: 300, replicas: 0, times);
            rates.Add(Clients * 300 / seconds);
        }
        Figures.Report("api.service_creates_per_s", Figures.Median(rates), "1/s");
        Figures.Report("api.service_create_p50_ms", Figures.Median(times), "ms");
        await DrainAsync(daemon); // the tasks are made and weighed, but nothing is started
        var busy = await TimedAsync(daemon, "b", each: 100, replicas: 1, times);
        Figures.Report("api.service_creates_replicas_1_per_s", Clients * 100 / busy, "1/s");
        Assert.That((await daemon.Api.ReadAsync("/services")).AsArray(),
            Has.Count.EqualTo(Clients * (Warmup + (Rounds * 300) + 100)));
    }

    private static async Task<double> TimedAsync(DaemonProcess daemon, string name, int each, int replicas, List<double> times)
    {
        var start = Stopwatch.GetTimestamp();
        var measured = await CreateAsync(daemon, name, each, replicas);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        times.AddRange(measured);
        return seconds;
    }

    private static async Task<double[]> CreateAsync(DaemonProcess daemon, string name, int each, int replicas) =>
    [
        .. (await Task.WhenAll(Enumerable.Range(0, Clients).Select(client =>
            ClientAsync(daemon.Socket, $"{name}-{client}", each, replicas)))).SelectMany(times => times),
    ];

    /// <summary>One connection of its own, one request after the other.</summary>
    private static async Task<double[]> ClientAsync(string socket, string name, int count, int replicas)
    {
        using var api = new ApiSocket(socket);
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            var service = ServiceSpecs.Service($"{name}-{i}", replicas, "sleep", "600");
            var start = Stopwatch.GetTimestamp();
            await api.CreateAsync(service);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        return times;
    }

    private static async Task DrainAsync(DaemonProcess daemon)
    {
        var node = (await daemon.Api.ReadAsync("/nodes"))[0]!;
        var spec = node["Spec"]!.DeepClone();
        spec["Availability"] = "drain";
        (await daemon.Api.PostAsync(
            $"/nodes/{node["ID"]}/update?version={(long)node["Version"]!["Index"]!}", (JsonObject)spec)).Succeeded();
    }
}
