using System.Text.RegularExpressions;
using Orchestrator.Consensus.Log;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>What surroundings a fault needs.</summary>
/// <param name="Hosts">each manager has a network of its own</param>
/// <param name="SmallDisk">the last manager's directory is on one</param>
internal readonly record struct Surroundings(bool Hosts = false, bool SmallDisk = false);

/// <summary>Three managers, each the real program.</summary>
internal sealed partial class ChaosGroup : IAsyncDisposable
{
    private const int Size = 3;

    private readonly List<DaemonProcess> _managers = [];
    private readonly List<string> _nodes = [];

    private ChaosGroup(int snapshotEntries) => SnapshotEntries = snapshotEntries;

    /// <summary>After so many changes a manager takes a snapshot.</summary>
    public int SnapshotEntries { get; }

    public IReadOnlyList<DaemonProcess> Managers => _managers;

    public IReadOnlyList<ApiSocket> Apis => [.. _managers.Select(manager => manager.Api)];

    /// <summary>Null without <see cref="Surroundings.Hosts"/>. Manager I is on host I + 1.</summary>
    public Lab? Lab { get; private set; }

    /// <summary>Null without <see cref="Surroundings.SmallDisk"/>.</summary>
    public SmallDisk? Disk { get; private set; }

    /// <summary>How often a manager began to lead, by all logs.</summary>
    public int Leaderships => _managers.Sum(manager => LeadsNow().Count(manager.ReadLog()));

    /// <summary>Ignores the test where the surroundings cannot be had.</summary>
    public static async Task<ChaosGroup> StartAsync(Surroundings surroundings, int snapshotEntries)
    {
        var group = new ChaosGroup(snapshotEntries);
        try
        {
            if (surroundings.Hosts)
                group.Lab = await Lab.HostsAsync(Size);
            if (surroundings.SmallDisk)
                group.Disk = await SmallDisk.MountAsync(96);
            await group.AssembleAsync();
            return group;
        }
        catch
        {
            await TestContext.Out.WriteLineAsync(group.LastWords());
            await group.DisposeAsync();
            throw;
        }
    }

    /// <summary>The manager that it and another one say leads.</summary>
    /// <param name="but">not this one, and it is not asked</param>
    public async Task<DaemonProcess> LeaderAsync(DaemonProcess? but = null)
    {
        var asked = _managers.Where(manager => manager != but).ToArray();
        var name = await Eventually.Get(
            but is null ? "a leader" : "another leader",
            async () => AgreedBy(await Task.WhenAll(asked.Select(LeaderForAsync))),
            leader => leader is not null && (but is null || leader != NameOf(but)));
        return _managers.Single(manager => NameOf(manager) == name);
    }

    /// <summary>Every manager has every other one, and every node is ready.</summary>
    public async Task HealedAsync()
    {
        foreach (var manager in _managers)
            await manager.WaitReachableAsync(Size);
        await Eventually.Get("nodes that are all ready", () => _managers[0].Api.ReadAsync("/nodes"),
            nodes => nodes.AsArray().All(node => (string?)node!["Status"]!["State"] == "ready"));
    }

    public Task StartAgainAsync() => Task.WhenAll(_managers.Select(manager => manager.StartAgainAsync()));

    /// <summary>All at once and without a word, so that nothing comes to the logs any more.</summary>
    public Task Kill9Async() => Task.WhenAll(_managers.Select(manager => manager.Kill9Async()));

    /// <summary>What each has on its disk. None of them runs.</summary>
    public ImmutableArray<RecoveredMember> Recover() =>
    [
        .. _managers.Select((manager, at) =>
            RecoveredMember.Open(LogOf(manager), _nodes[at])),
    ];

    /// <summary>Each has a snapshot on its disk.</summary>
    public Task HasSnapshotsAsync() => Eventually.True("a snapshot of every manager", () =>
        _managers.All(manager => DataFiles.Indexes(LogOf(manager), DataFiles.SnapshotSuffix) is not []));

    /// <summary>The end of each log, for whoever has to find out why.</summary>
    public string LastWords() => string.Concat(_managers.Select(manager =>
        $"--- {NameOf(manager)}\n{string.Join('\n', manager.ReadLog().Split('\n').TakeLast(25))}\n"));

    public async ValueTask DisposeAsync()
    {
        foreach (var manager in _managers)
            await manager.DisposeAsync();
        _managers.Clear();
        if (Disk is not null)
            await Disk.DisposeAsync();
        if (Lab is not null)
            await Lab.DisposeAsync();
    }

    private async Task AssembleAsync()
    {
        for (var at = 0; at < Size; at++)
            _managers.Add(DaemonProcess.Prepare(SetupOf(at)));
        await StartAgainAsync();
        var address = await _managers[0].InitAsync(Lab?.Address(1) ?? "127.0.0.1");
        var token = (string)(await _managers[0].Api.ReadAsync("/swarm"))["JoinTokens"]!["Manager"]!;
        foreach (var manager in _managers.Skip(1))
            (await manager.SwarmnetAsync("join", "--token", token, address)).Succeeded();
        await HealedAsync();
        foreach (var manager in _managers)
            _nodes.Add((string)(await manager.Api.ReadAsync("/info"))["Swarm"]!["NodeID"]!);
    }

    private DaemonSetup SetupOf(int at) => new()
    {
        Prefix = Lab?.RunIn(at + 1) ?? [],
        Listen = Lab is null ? "127.0.0.1:0" : "0.0.0.0:2377",
        Hostname = $"m{at + 1}",
        DataDirectory = at == Size - 1 && Disk is not null ? Path.Combine(Disk.Path, "data") : null,
        MoreArguments = ["--raft-snapshot-entries", $"{SnapshotEntries}"],
    };

    private static string LogOf(DaemonProcess manager) => Path.Combine(manager.DataDirectory, "raft");

    private string NameOf(DaemonProcess manager) => $"m{_managers.IndexOf(manager) + 1}";

    /// <summary>Itself and one more at least: it is not the belief of one alone, old or new.</summary>
    private static string? AgreedBy(IReadOnlyCollection<KeyValuePair<string, string?>> said) => said
        .Where(saying => saying.Key == saying.Value)
        .Select(saying => saying.Key)
        .FirstOrDefault(leader => said.Count(saying => saying.Value == leader) > Size / 2);

    private async Task<KeyValuePair<string, string?>> LeaderForAsync(DaemonProcess manager)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            var answer = await manager.Api.SendAsync(HttpMethod.Get, "/nodes?consistency=stale", null, limit.Token);
            return new(NameOf(manager), answer.Status == 200 ? GroupReadings.Leader(answer.Json) : null);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return new(NameOf(manager), null);
        }
    }

    [GeneratedRegex("this manager leads the cluster now, in term")]
    private static partial Regex LeadsNow();
}
