using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Integration;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>Three daemons, with the defaults for heartbeat and election, and clients of their API.</summary>
[Explicit("a measurement, not a test"), NonParallelizable]
internal sealed class RaftGroupLeaderLoss
{
    private const int Kills = 20;
    private const int Clients = 64;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    private readonly List<DaemonProcess> _managers = [];

    [SetUp]
    public async Task StartAsync()
    {
        for (var host = 1; host <= 3; host++)
            _managers.Add(await DaemonProcess.StartAsync(new DaemonSetup { Hostname = $"m{host}" }));
        var address = await _managers[0].InitAsync();
        var token = (await _managers[0].SwarmnetAsync("join-token", "-q", "manager")).Succeeded();
        foreach (var manager in _managers.Skip(1))
            (await manager.SwarmnetAsync("join", "--token", token, address)).Succeeded();
        await WaitCompleteAsync();
    }

    [TearDown]
    public async Task EndAsync()
    {
        foreach (var manager in _managers)
            await manager.DisposeAsync();
        _managers.Clear();
    }

    [Test]
    public async Task Kill_to_the_next_accepted_write()
    {
        var seconds = new List<double>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var leader = await LeaderAsync();
            var others = _managers.Where(manager => manager != leader).ToArray();
            var start = Stopwatch.GetTimestamp();
            Programs.Kill(leader.Pid);
            await Task.WhenAny(others.Select((manager, at) => WriteAsync(manager, $"s{kill}-{at}")));
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            await leader.ExitCodeAsync();
            await leader.StartAgainAsync();
            await WaitCompleteAsync();
        }
        await TestContext.Out.WriteLineAsync(string.Join(' ', seconds.Select(each => $"{each:0.00}")));
        Figures.Report("raft.leader_loss_to_write_s.median", Figures.Median(seconds), "s");
        Figures.Report("raft.leader_loss_to_write_s.max", seconds.Max(), "s");
    }

    /// <summary>What a client of the API gets, with its HTTP and JSON, validation and two objects a service.</summary>
    [Test]
    public async Task Creates_of_many_clients()
    {
        var leader = await LeaderAsync();
        var apis = Enumerable.Range(0, Clients).Select(_ => new ApiSocket(leader.Socket)).ToArray();
        var counts = new int[Clients];
        Task CreateAsync(int client) =>
            apis[client].CreateAsync(Service($"c{client}-{counts[client]++}"));
        await RaftGroupLoad.RunAsync(Clients, Warmup, CreateAsync);
        var load = await RaftGroupLoad.RunAsync(Clients, Turn, CreateAsync);
        foreach (var api in apis)
            api.Dispose();
        Figures.Report("raft.api_creates_per_s", load.PerSecond, "1/s");
    }

    /// <summary>Again and again until it is accepted.</summary>
    private static async Task WriteAsync(DaemonProcess manager, string name)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var attempt = 0; ; attempt++)
        {
            if ((await manager.Api.PostAsync("/services/create", Service($"{name}-{attempt}"))).Status == 201)
                return;
            await pause.WaitForNextTickAsync();
        }
    }

    private static JsonObject Service(string name) => ServiceSpecs.Service(name, 0, "busybox");

    /// <summary>All have a vote, and all see the others.</summary>
    private async Task WaitCompleteAsync()
    {
        foreach (var manager in _managers)
            await Eventually.Get("three managers with a vote", () => manager.Api.ReadAsync("/info"),
                info => (int?)info["Swarm"]!["Quorum"]?["Voters"] == 3 && (int?)info["Swarm"]!["Quorum"]!["Reachable"] == 3
                    && (int?)info["Swarm"]!["Managers"] == 3);
    }

    private async Task<DaemonProcess> LeaderAsync()
    {
        var nodes = await Eventually.Get("a leader", () => _managers[0].Api.ReadAsync("/nodes"), all => Leader(all) is not null);
        return _managers[int.Parse(Leader(nodes)![1..], null) - 1];
    }

    private static string? Leader(JsonNode nodes) => (string?)nodes.AsArray()
        .SingleOrDefault(node => (bool?)node!["ManagerStatus"]?["Leader"] == true)?["Description"]!["Hostname"];
}
