using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>Three managers on one host, each a daemon of its own.</summary>
internal sealed class ManagersTests
{
    private readonly List<DaemonProcess> _managers = [];
    private DirectoryInfo _settings = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _settings = Directory.CreateTempSubdirectory("swarmnet-settings-");
        for (var host = 1; host <= 3; host++)
        {
            var settings = Path.Combine(_settings.FullName, $"m{host}.json");
            await File.WriteAllTextAsync(settings, "{}");
            _managers.Add(await DaemonProcess.StartAsync(
                new DaemonSetup { Hostname = $"m{host}", MoreArguments = ["--config", settings] }));
        }
        var address = await _managers[0].InitAsync();
        var token = (await _managers[0].SwarmnetAsync("join-token", "-q", "manager")).Succeeded();
        foreach (var manager in _managers.Skip(1))
            (await manager.SwarmnetAsync("join", "--token", token, address)).Succeeded();
        foreach (var manager in _managers)
            await manager.WaitReachableAsync(3);
    }

    [TearDown]
    public async Task EndAsync()
    {
        foreach (var manager in _managers)
            await manager.DisposeAsync();
        _managers.Clear();
        _settings.Delete(recursive: true);
    }

    [Test]
    public async Task The_loss_of_the_leader_costs_no_task_and_it_comes_back_as_a_follower()
    {
        await _managers[1].Api.CreateAsync(ServiceSpecs.Web("web", 3));
        var before = await _managers[2].Api.WaitRunningAsync("web", 3);
        var leader = await LeaderAsync(_managers[2]);
        var others = _managers.Where(manager => manager != leader).ToArray();
        await leader.Kill9Async();

        await Eventually.Get("an accepted write", () => others[0].Api.PostAsync("/services/create", ServiceSpecs.Web("more", 1)),
            answer => answer.Status == 201);
        var after = await others[0].Api.WaitRunningAsync("web", 3);
        Assert.That(after.Select(task => task.Pid), Is.EquivalentTo(before.Select(task => task.Pid)));
        var shown = (await others[0].SwarmnetAsync("node", "ls")).All;
        Assert.That(shown, Does.Contain("3 managers, 2 reachable: none may fail"));

        await leader.StartAgainAsync();
        await others[1].WaitReachableAsync(3);
        await leader.WaitReachableAsync(3);
        // It may have been placed on the host whose daemon was away.
        await leader.Api.WaitRunningAsync("more", 1);
        Assert.That((await leader.Api.WaitRunningAsync("web", 3)).Select(task => task.Id), Is.EquivalentTo(before.Select(task => task.Id)));
    }

    [Test]
    public async Task Without_quorum_writes_are_refused_and_tasks_go_on()
    {
        await _managers[0].Api.CreateAsync(ServiceSpecs.Web("web", 3));
        await _managers[0].Api.WaitRunningAsync("web", 3);
        await _managers[1].Kill9Async();
        await _managers[2].Kill9Async();

        var refused = await Eventually.Get("a refusal",
            () => _managers[0].Api.PostAsync("/services/create", ServiceSpecs.Web("more", 1)), answer => answer.Status >= 500);
        Assert.That((string?)refused.Json!["message"], Does.StartWith("The swarm does not have a leader."));
        Assert.That((await _managers[0].Api.GetAsync("/services?consistency=stale")).Status, Is.EqualTo(200));
        Assert.That(_managers.Sum(manager => manager.TaskProcesses().Length), Is.EqualTo(3));

        await _managers[1].StartAgainAsync();
        await Eventually.Get("an accepted write",
            () => _managers[0].Api.PostAsync("/services/create", ServiceSpecs.Web("again", 1)), answer => answer.Status == 201);
    }

    [Test]
    public async Task A_manager_is_demoted_works_on_as_a_worker_and_is_promoted_again()
    {
        await _managers[0].Api.CreateAsync(ServiceSpecs.Web("web", 3));
        var before = await _managers[0].Api.WaitRunningAsync("web", 3);
        (await _managers[0].SwarmnetAsync("node", "demote", "m3")).Succeeded();
        await Eventually.Get("a worker", () => _managers[2].Api.ReadAsync("/info"),
            info => (bool?)info["Swarm"]!["ControlAvailable"] != true);
        await _managers[0].WaitReachableAsync(2);
        await Eventually.True("the end of its log", () => !Directory.Exists(Path.Combine(_managers[2].DataDirectory, "raft")));

        (await _managers[1].SwarmnetAsync("node", "promote", "m3")).Succeeded();
        await _managers[0].WaitReachableAsync(3);
        await _managers[2].WaitReachableAsync(3);
        var after = await _managers[2].Api.WaitRunningAsync("web", 3);
        Assert.That(after.Select(task => task.Pid), Is.EquivalentTo(before.Select(task => task.Pid)));
    }

    [Test]
    public async Task A_demoted_leader_hands_over_first()
    {
        var leader = await LeaderAsync(_managers[0]);
        var other = _managers.First(manager => manager != leader);
        var name = $"m{_managers.IndexOf(leader) + 1}";
        (await other.SwarmnetAsync("node", "demote", name)).Succeeded();
        await other.WaitReachableAsync(2);
        await Eventually.Get("a worker", () => leader.Api.ReadAsync("/info"),
            info => (bool?)info["Swarm"]!["ControlAvailable"] != true);
    }

    [Test]
    public async Task Logs_can_be_read_on_every_manager()
    {
        await _managers[0].Api.CreateAsync(ServiceSpecs.Web("web", 3));
        await _managers[0].Api.WaitRunningAsync("web", 3);
        foreach (var manager in _managers)
            await Eventually.Get("a line of each task",
                async () => (await manager.SwarmnetAsync("service", "logs", "web")).Output.Trim().Split('\n'),
                lines => lines.Length == 3);
    }

    [Test]
    public async Task A_manager_that_leaves_is_no_member_any_more()
    {
        Assert.That((await _managers[2].SwarmnetAsync("leave")).ExitCode, Is.Not.Zero);
        (await _managers[2].SwarmnetAsync("leave", "--force")).Succeeded();
        await _managers[0].WaitReachableAsync(2);
    }

    [Test]
    public async Task A_manager_that_restarts_under_another_address_is_found_there()
    {
        var before = await AddressAsync("m3");
        await _managers[2].TerminateAsync();
        // The port is any free one, so it is another.
        await File.WriteAllTextAsync(Path.Combine(_settings.FullName, "m3.json"), """{ "advertise-addr": "127.0.0.1" }""");
        await _managers[2].StartAgainAsync();
        await Eventually.Get("another address", () => AddressAsync("m3"), address => address.Length > 0 && address != before);
        await _managers[0].WaitReachableAsync(3);
        await _managers[1].WaitReachableAsync(3);
    }

    private async Task<string> AddressAsync(string manager) => (string?)(await _managers[0].Api.ReadAsync("/nodes")).AsArray()
        .Single(node => (string?)node!["Description"]!["Hostname"] == manager)!["ManagerStatus"]?["Addr"] ?? "";

    private async Task<DaemonProcess> LeaderAsync(DaemonProcess asked)
    {
        var nodes = await Eventually.Get("a leader", () => asked.Api.ReadAsync("/nodes"), all => GroupReadings.Leader(all) is not null);
        return _managers[int.Parse(GroupReadings.Leader(nodes)![1..], null) - 1];
    }
}
