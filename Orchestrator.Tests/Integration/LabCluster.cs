using System.Text.Json.Nodes;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>A cluster of one manager and workers on lab hosts, each with a real engine and the real program.</summary>
internal sealed class LabCluster : IAsyncDisposable
{
    private readonly List<DaemonProcess> _daemons = [];

    private LabCluster(Lab lab) => Lab = lab;

    public Lab Lab { get; }

    public DaemonProcess Manager => _daemons[0];

    public ApiSocket Api => Manager.Api;

    public int Hosts => _daemons.Count;

    /// <summary>Made with the commands that a user types.</summary>
    public static async Task<LabCluster> StartAsync(Client client, int hosts)
    {
        Clients.Require(client);
        var cluster = new LabCluster(await Lab.UpAsync(hosts));
        try
        {
            for (var host = 1; host <= hosts; host++)
                cluster._daemons.Add(await DaemonProcess.StartAsync(cluster.SetupOf(host)));
            await cluster.AssembleAsync(client);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Host I's daemon, I from 1.</summary>
    public DaemonProcess Daemon(int host) => _daemons[host - 1];

    public async Task<string> NodeIdAsync(int host) =>
        (string)(await Daemon(host).Api.ReadAsync("/info"))["Swarm"]!["NodeID"]!;

    /// <summary>Full ids of the containers that run on host I.</summary>
    public async Task<ImmutableArray<string>> ContainersAsync(int host) =>
        [.. (await Lab.DockerAsync(host, "ps", "-q", "--no-trunc")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order()];

    public async Task<ImmutableArray<string>> AllContainersAsync() =>
        [.. (await Task.WhenAll(Enumerable.Range(1, Hosts).Select(ContainersAsync))).SelectMany(ids => ids).Order()];

    /// <summary>How many containers run on each host.</summary>
    public async Task<ImmutableArray<int>> SpreadAsync() =>
        [.. (await Task.WhenAll(Enumerable.Range(1, Hosts).Select(ContainersAsync))).Select(ids => ids.Length)];

    public Task WaitSpreadAsync(params int[] expected) => Eventually.Get(
        $"{string.Join(", ", expected)} containers on the hosts", SpreadAsync, seen => seen.SequenceEqual(expected));

    public async Task WaitNodeAsync(int host, string state) => await Eventually.Get(
        $"host{host} {state}", () => NodeAsync(host), node => (string?)node["Status"]!["State"] == state);

    /// <summary>Until the node's mark says what is wrong with its engine, or that nothing is (null).</summary>
    public async Task<string?> WaitEngineAsync(int host, bool answers) => ErrorOf(await Eventually.Get(
        $"host{host} marked: its engine {(answers ? "answers" : "does not answer")}",
        () => NodeAsync(host), node => ErrorOf(node) is null == answers));

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons)
            await daemon.DisposeAsync();
        await Lab.DisposeAsync();
    }

    private static string? ErrorOf(JsonNode node) => (string?)node["Description"]!["Engine"]!["Labels"]?["swarmnet.runtime-error"];

    private async Task<JsonNode> NodeAsync(int host) => (await Api.ReadAsync("/nodes")).AsArray()
        .Single(node => (string?)node!["Description"]!["Hostname"] == $"host{host}")!;

    private async Task AssembleAsync(Client client)
    {
        (await Manager.SwarmAsync(client, "init", "--advertise-addr", Lab.Address(1))).Succeeded();
        var token = (await Manager.SwarmAsync(client, "join-token", "-q", "worker")).Succeeded();
        foreach (var worker in _daemons.Skip(1))
            (await worker.SwarmAsync(client, "join", "--token", token, $"{Lab.Address(1)}:2377")).Succeeded();
        for (var host = 1; host <= Hosts; host++)
            await WaitNodeAsync(host, "ready");
    }

    private DaemonSetup SetupOf(int host) => new()
    {
        Prefix = Lab.RunIn(host),
        Runtime = "docker",
        Listen = "0.0.0.0:2377",
        MoreArguments = ["--docker-host", $"unix://{Lab.Socket(host)}"],
    };
}
