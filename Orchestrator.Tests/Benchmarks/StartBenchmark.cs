using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Integration;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>
/// From the create call to all tasks running, on three real engines, against what the engines alone need for the same
/// containers, each on the engine where swarmnet has put it: an engine that has just started a container starts the
/// next one sooner. The two take turns, so that what else happens on the machine hits both.
/// </summary>
[Explicit("a measurement, not a test"), NonParallelizable]
internal sealed class StartBenchmark
{
    private const int Hosts = 3;
    private const int Parallel = 10;
    /// <summary>To look takes processor time from what is looked at; to look late counts against us.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <summary>The kernel takes namespaces of removed containers apart in the background.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    private LabCluster _cluster = null!;
    private ApiSocket[] _engines = [];

    [OneTimeSetUp]
    public async Task UpAsync()
    {
        _cluster = await LabCluster.StartAsync(Client.Swarmnet, Hosts);
        _engines = [.. Enumerable.Range(1, Hosts).Select(host => new ApiSocket(_cluster.Lab.Socket(host)))];
    }

    [OneTimeTearDown]
    public async Task DownAsync()
    {
        foreach (var engine in _engines)
            engine.Dispose();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [TestCase(1, 11)]
    [TestCase(30, 5)]
    public async Task Create_to_running(int replicas, int rounds)
    {
        var bare = new List<double>();
        var swarm = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            var (managed, placed) = await SwarmAsync(replicas, round);
            var alone = await BareAsync(placed, round);
            if (round < 0)
                continue; // both are warm now
            bare.Add(alone.TotalMilliseconds);
            swarm.Add(managed.TotalMilliseconds);
        }
        Figures.Report($"start.replicas_{replicas}.bare_ms", Figures.Median(bare), "ms");
        Figures.Report($"start.replicas_{replicas}.swarmnet_ms", Figures.Median(swarm), "ms");
        Figures.Report($"start.replicas_{replicas}.ratio", Figures.Median(swarm) / Figures.Median(bare), "");
    }

    /// <returns>how long it took; how many containers each engine has got</returns>
    private async Task<(TimeSpan Took, int[] Placed)> SwarmAsync(int replicas, int round)
    {
        var name = $"s{replicas}-{round + 1}";
        var service = ServiceSpecs.Service(name, replicas, "busybox:local", "sleep", "36000");
        service["TaskTemplate"]!["ContainerSpec"]!["StopGracePeriod"] = 1; // the end is not measured: be quick about it
        var start = Stopwatch.GetTimestamp();
        await _cluster.Api.CreateAsync(service);
        using var timer = new PeriodicTimer(Look * Math.Sqrt(replicas));
        while ((await _cluster.Api.RunningAsync(name)).Length < replicas)
            await timer.WaitForNextTickAsync();
        var took = Stopwatch.GetElapsedTime(start);
        var placed = await Task.WhenAll(_engines.Select(CountAsync));
        (await _cluster.Api.DeleteAsync($"/services/{name}")).Succeeded();
        await SettleAsync();
        return (took, placed);
    }

    private async Task SettleAsync()
    {
        await Eventually.Get("no container", async () => (await Task.WhenAll(_engines.Select(CountAsync))).Sum(), left => left == 0);
        using var quiet = new PeriodicTimer(Settle);
        await quiet.WaitForNextTickAsync();
    }

    private static async Task<int> CountAsync(ApiSocket engine) =>
        (await engine.ReadAsync("/containers/json?all=true")).AsArray().Count;

    /// <summary>Each engine gets its share from ten clients at a time.</summary>
    private async Task<TimeSpan> BareAsync(int[] placed, int round)
    {
        string[][] names = [.. placed.Select(share => Enumerable.Range(0, share).Select(i => $"bare-{round + 1}-{i}").ToArray())];
        var start = Stopwatch.GetTimestamp();
        await EachAsync(names, async (engine, name) =>
        {
            var body = new JsonObject
            {
                ["Image"] = "busybox:local", ["Cmd"] = new JsonArray("sleep", "36000"), ["Entrypoint"] = new JsonArray(),
            };
            (await engine.PostAsync($"/containers/create?name={name}", body)).Succeeded();
            (await engine.PostAsync($"/containers/{name}/start", null)).Succeeded();
        });
        var took = Stopwatch.GetElapsedTime(start);
        await EachAsync(names, async (engine, name) =>
            (await engine.DeleteAsync($"/containers/{name}?force=true")).Succeeded());
        await SettleAsync();
        return took;
    }

    private Task EachAsync(string[][] names, Func<ApiSocket, string, Task> act) => Task.WhenAll(_engines.Select((engine, host) =>
        System.Threading.Tasks.Parallel.ForEachAsync(
            names[host],
            new ParallelOptions { MaxDegreeOfParallelism = Parallel },
            async (name, _) => await act(engine, name))));
}
