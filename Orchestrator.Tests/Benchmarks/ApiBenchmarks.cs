using System.Diagnostics;
using System.Text;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>Rates of the API over a store in memory, the clients on the same machine. Run by hand.</summary>
[Explicit]
[NonParallelizable]
public sealed class ApiBenchmarks
{
    private const int Clients = 8;

    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync() => host = await ApiHost.StartManagerAsync();

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [TestCase(10_000)]
    public async Task Services_are_created(int count)
    {
        await RateAsync(2_000, CreateAsync);
        var rate = await RateAsync(count, at => CreateAsync(at + 2_000));
        TestContext.Out.WriteLine($"{rate:F0} creates a second");
        Assert.That(rate, Is.GreaterThan(1_000));
    }

    [TestCase(100, 5_000)]
    [TestCase(1_000, 500)]
    public async Task Nodes_are_listed(int nodes, int count)
    {
        for (var at = 0; at < nodes; at++)
            await host.ApplyAsync(Change.Create(ApiHost.SampleNode($"node{at:D6}", $"host{at}")));
        var rate = await RateAsync(count, _ => host.Client.GetAsync("/v1.50/nodes"));
        TestContext.Out.WriteLine($"{rate:F0} lists of {nodes} nodes a second");
        Assert.That(rate, Is.GreaterThan(50));
    }

    [Test]
    public async Task Tasks_of_one_service_are_found_among_many()
    {
        for (var at = 0; at < 100; at++)
        {
            var service = await host.CreateServiceAsync($"s{at}", 100);
            for (var slot = 1; slot <= 100; slot++)
                await host.AddTaskAsync(service, slot, TaskState.Running, FakeNode.Id.Value);
        }
        var filters = Uri.EscapeDataString("""{"service":{"s7":true},"_up-to-date":{"true":true}}""");
        var rate = await RateAsync(2_000, _ => host.Client.GetAsync($"/v1.50/tasks?filters={filters}"));
        TestContext.Out.WriteLine($"{rate:F0} lists of 100 tasks out of 10000 a second");
        Assert.That(rate, Is.GreaterThan(200));
    }

    private Task<HttpResponseMessage> CreateAsync(int at) => host.Client.PostAsync("/v1.50/services/create", new StringContent(
        "{\"Name\":\"s" + at + "\"," + """
        "Labels":{"tier":"web"},"TaskTemplate":{"ContainerSpec":{"Image":"busybox:local","Args":["sleep","1"],"Init":false,
        "DNSConfig":{}},"Resources":{"Limits":{},"Reservations":{}},"Placement":{},"ForceUpdate":0},"Mode":{"Replicated":{"Replicas":1}}}
        """, Encoding.UTF8, "application/json"));

    private static async Task<double> RateAsync(int count, Func<int, Task<HttpResponseMessage>> send)
    {
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            for (int at; (at = Interlocked.Increment(ref next)) < count;)
            {
                using var response = await send(at);
                if (!response.IsSuccessStatusCode)
                    throw new AssertionException(await response.Content.ReadAsStringAsync());
            }
        }));
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
