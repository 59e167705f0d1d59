using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Integration;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>What a large state costs managers: a new one, each in memory, each at its start.</summary>
[Explicit("a measurement, not a test"), NonParallelizable]
internal sealed class RaftGroupState
{
    private const int Clients = 64;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    /// <summary>Longer than an idle daemon takes to give memory back.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(65);

    [Test]
    public async Task Ten_thousand_services_with_a_hundred_thousand_tasks()
    {
        await using var group = await RaftGroupHost.StartAsync(daemons: 2);
        var start = Stopwatch.GetTimestamp();
        foreach (var changes in RaftGroupContent.Transactions())
            await group.ProposeAsync(changes);
        await TestContext.Out.WriteLineAsync($"made in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        await CatchUpAsync(group);
        await group.LeaveAsync();
        foreach (var daemon in group.Daemons)
            await Eventually.Get("three managers", () => daemon.Api.ReadAsync("/info"),
                info => (int?)info["Swarm"]!["Quorum"]?["Voters"] == 3 && (int?)info["Swarm"]!["Quorum"]!["Reachable"] == 3);
        using (var settled = new PeriodicTimer(Settle))
            await settled.WaitForNextTickAsync();
        Figures.Report("raft.rss_mb", group.Daemons.Max(daemon => DaemonBenchmark.Megabytes(daemon.Pid)), "MB");
        await RestartAsync(group);
    }

    /// <summary>
    /// A fourth manager gets a snapshot and what comes behind it while clients write: half of what the group can do, since
    /// all managers share the processors here, and at the full rate a newcomer's own work would take its part of them from
    /// the others whatever the leader does.
    /// </summary>
    private static async Task CatchUpAsync(RaftGroupHost group)
    {
        var writers = await RaftGroupWriters.CreateAsync(group, Clients);
        await RaftGroupLoad.RunAsync(Clients, Turn, writers.WriteAsync);
        var added = await group.StartDaemonAsync();
        var full = await RaftGroupLoad.RunAsync(Clients, Turn, writers.WriteAsync);
        var half = full.PerSecond / 2;
        var before = await RaftGroupLoad.RunAsync(Clients, half, elapsed => elapsed < Turn, writers.WriteAsync);
        var joining = JoinedAsync(group, added);
        var meanwhile = await RaftGroupLoad.RunAsync(Clients, half, _ => !joining.IsCompleted, writers.WriteAsync);
        Assert.That(group.Leads, "another manager took over: the machine is too busy to measure");
        Figures.Report("raft.catch_up_s", (await joining).TotalSeconds, "s");
        Figures.Report("raft.catch_up_slowdown", 1 - (meanwhile.PerSecond / before.PerSecond), "");
        await TestContext.Out.WriteLineAsync($"{full.PerSecond:0} commits/s at most; {before.PerSecond:0}, then {meanwhile.PerSecond:0}");
    }

    private static async Task<TimeSpan> JoinedAsync(RaftGroupHost group, DaemonProcess added)
    {
        var start = Stopwatch.GetTimestamp();
        await group.JoinAsync(added);
        await ReadAsync(added);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>From the end of each manager, by force, to its answer from confirmed state.</summary>
    private static async Task RestartAsync(RaftGroupHost group)
    {
        var times = new List<double>();
        foreach (var daemon in group.Daemons)
        {
            await daemon.Kill9Async();
            var start = Stopwatch.GetTimestamp();
            await daemon.StartAgainAsync();
            await ReadAsync(daemon);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            await Eventually.Get("three managers", () => daemon.Api.ReadAsync("/info"),
                info => (int?)info["Swarm"]!["Quorum"]?["Reachable"] == 3);
        }
        await TestContext.Out.WriteLineAsync($"restarts: {string.Join(' ', times.Select(each => $"{each:0.00}"))} s");
        Figures.Report("raft.restart_s", times.Max(), "s");
    }

    private static Task<JsonNode> ReadAsync(DaemonProcess daemon) => Eventually.Get("a confirmed answer",
        async () => (await daemon.Api.GetAsync($"/services/service-{RaftGroupContent.Services - 1}")) is { Status: 200 } answer
            ? answer.Json
            : new JsonObject(),
        service => service["ID"] is not null);
}
