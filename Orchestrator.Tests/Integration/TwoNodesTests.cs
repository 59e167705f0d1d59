using System.Text.Json.Nodes;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>A manager and a worker on one host, each a daemon of its own.</summary>
internal sealed class TwoNodesTests
{
    private DaemonProcess _manager = null!;
    private DaemonProcess _worker = null!;
    private string _address = "";

    [SetUp]
    public async Task StartAsync()
    {
        _manager = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "manager" });
        _worker = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "worker" });
        _address = await _manager.InitAsync();
        await JoinAsync();
    }

    [TearDown]
    public async Task EndAsync()
    {
        if (_manager is not null)
            await _manager.DisposeAsync();
        if (_worker is not null)
            await _worker.DisposeAsync();
    }

    [Test]
    public async Task Tasks_spread_move_away_on_drain_and_come_back()
    {
        await CreateWebAsync(4);
        Assert.That(_worker.TaskProcesses(), Has.Length.EqualTo(2));
        (await _manager.SwarmnetAsync("node", "update", "--availability", "drain", "worker")).Succeeded();
        await Eventually.True("the end of the worker's tasks", () => _worker.Shims().IsEmpty);
        await _manager.Api.WaitRunningAsync("web", 4);
        Assert.That(_manager.TaskProcesses(), Has.Length.EqualTo(4));
        (await _manager.SwarmnetAsync("node", "update", "--availability", "active", "worker")).Succeeded();
        (await _manager.SwarmnetAsync("service", "scale", "-d", "web=6")).Succeeded();
        await _manager.Api.WaitRunningAsync("web", 6);
        Assert.That(_worker.TaskProcesses(), Has.Length.EqualTo(2), "the new ones go where there is room");
    }

    [Test]
    public async Task A_worker_that_restarts_keeps_its_tasks_and_logs_of_both_nodes_merge()
    {
        var before = await CreateWebAsync(4);
        await _worker.Kill9Async();
        Assert.That(_worker.TaskProcesses(), Has.Length.EqualTo(2));
        await _worker.StartAgainAsync();
        await ReadyAsync("ready");
        var after = await _manager.Api.WaitRunningAsync("web", 4);
        Assert.That(after.Select(task => task.Pid), Is.EquivalentTo(before.Select(task => task.Pid)));
        var logs = await Eventually.Get("a line of each of the four tasks",
            async () => (await _manager.SwarmnetAsync("service", "logs", "web")).Output.Trim().Split('\n'),
            lines => lines.Length == 4);
        Assert.That(logs, Has.All.Contain("listening on http"));
    }

    [Test]
    public async Task A_manager_that_restarts_finds_its_worker_again()
    {
        var before = await CreateWebAsync(4);
        await _manager.Kill9Async();
        await _manager.StartAgainAsync();
        await ReadyAsync("ready");
        (await _manager.Api.UpdateAsync("web", spec => spec["Mode"]!["Replicated"]!["Replicas"] = 6)).Succeeded();
        var after = await _manager.Api.WaitRunningAsync("web", 6);
        Assert.That(before.Select(task => task.Pid), Is.SubsetOf(after.Select(task => task.Pid)));
        Assert.That(_worker.TaskProcesses(), Has.Length.EqualTo(3));
    }

    [Test]
    public async Task A_removed_node_stops_its_tasks_and_is_refused_until_it_joins_anew()
    {
        await CreateWebAsync(4);
        var refused = await _manager.SwarmnetAsync("node", "rm", "worker");
        Assert.That(refused.ExitCode, Is.Not.Zero);
        Assert.That(refused.Errors, Does.Contain("not down"));
        (await _manager.SwarmnetAsync("node", "rm", "--force", "worker")).Succeeded();
        await Eventually.True("the end of the removed node's tasks", () => _worker.Shims().IsEmpty);
        await _manager.Api.WaitRunningAsync("web", 4);
        await Eventually.Get("a worker outside the cluster", () => _worker.Api.ReadAsync("/info"),
            info => (string?)info["Swarm"]!["LocalNodeState"] == "inactive");
        await JoinAsync();
        Assert.That((await _manager.Api.ReadAsync("/nodes")).AsArray(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_worker_that_leaves_is_down_and_can_be_removed()
    {
        await CreateWebAsync(4);
        (await _worker.SwarmnetAsync("leave")).Succeeded();
        Assert.That(_worker.Shims(), Is.Empty);
        await ReadyAsync("down");
        await _manager.Api.WaitRunningAsync("web", 4);
        (await _manager.SwarmnetAsync("node", "rm", "worker")).Succeeded();
        Assert.That((await _manager.Api.ReadAsync("/nodes")).AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_rotated_token_replaces_the_old_one_and_disturbs_nobody()
    {
        var old = (await _manager.SwarmnetAsync("join-token", "-q", "worker")).Succeeded();
        var fresh = (await _manager.SwarmnetAsync("join-token", "--rotate", "-q", "worker")).Succeeded();
        Assert.That(fresh, Is.Not.EqualTo(old).And.StartsWith("SWMTKN-1-"));
        await using var third = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "third" });
        Assert.That((await third.SwarmnetAsync("join", "--token", old, _address)).ExitCode, Is.Not.Zero);
        (await third.SwarmnetAsync("join", "--token", fresh, _address)).Succeeded();
        await ReadyAsync("ready");
        Assert.That((await _manager.Api.ReadAsync("/nodes")).AsArray(), Has.Count.EqualTo(3));
    }

    private async Task<ImmutableArray<TaskReading>> CreateWebAsync(int replicas)
    {
        await _manager.Api.CreateAsync(ServiceSpecs.Web("web", replicas));
        return await _manager.Api.WaitRunningAsync("web", replicas);
    }

    private async Task JoinAsync()
    {
        var token = (await _manager.SwarmnetAsync("join-token", "-q", "worker")).Succeeded();
        (await _worker.SwarmnetAsync("join", "--token", token, _address)).Succeeded();
        await ReadyAsync("ready");
    }

    private async Task<JsonNode> ReadyAsync(string state) => await Eventually.Get(
        $"a worker that is {state}", () => _manager.Api.ReadAsync("/nodes"),
        nodes => nodes.AsArray().Any(node => (string?)node!["Description"]?["Hostname"] == "worker"
            && (string?)node["Status"]!["State"] == state));
}
