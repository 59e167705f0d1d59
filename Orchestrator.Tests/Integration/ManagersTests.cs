using System.Text.Json.Nodes;
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
                new DaemonSetup { Hostname = $"m{host}", Listen = "0.0.0.0:0", MoreArguments = ["--config", settings] }));
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
        var found = await _managers[0].SwarmnetAsync("doctor");
        Assert.That(found.ExitCode, Is.EqualTo(1), found.All);
        Assert.That(found.Output, Does.Contain("3 managers, 1 reachable: 2 are needed"));
        var phrase = Path.Combine(_settings.FullName, "phrase");
        await File.WriteAllTextAsync(phrase, "correct horse\n");
        var backup = Path.Combine(_settings.FullName, "backup");
        Assert.That((await _managers[0].SwarmnetAsync("backup", "--passphrase-file", phrase, backup)).ExitCode, Is.Not.Zero);
        (await _managers[0].SwarmnetAsync("backup", "--stale", "--passphrase-file", phrase, backup)).Succeeded();

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
        await WaitWorkerAsync(_managers[2]);
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
        await WaitWorkerAsync(leader);
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
    public async Task One_of_three_carries_on_by_force_and_the_others_come_back_as_new_members_only()
    {
        var (kept, first, second) = (_managers[0], _managers[1], _managers[2]);
        await kept.Api.CreateAsync(ServiceSpecs.Web("web", 3));
        var before = await kept.Api.WaitRunningAsync("web", 3);
        var processes = kept.TaskProcesses();
        var address = await AddressAsync("m1");
        await first.Kill9Async();
        await second.Kill9Async();
        // As when it was killed before it had kept what sessions said: it knows the managers from its log only.
        File.Delete(Path.Combine(first.DataDirectory, "agent", "assignments"));

        var taken = await kept.SwarmnetAsync("init", "--force-new-cluster", "--listen-addr", "203.0.113.1:2377");
        Assert.That(taken.Errors, Does.Contain("--listen-addr 203.0.113.1:2377"), "nothing was stopped");
        (await kept.SwarmnetAsync("init", "--force-new-cluster")).Succeeded();
        await kept.WaitReachableAsync(1);
        Assert.That(await AddressAsync("m1"), Is.EqualTo(address));
        Assert.That((await kept.Api.WaitRunningAsync("web", 3)).Select(task => task.Id), Is.EquivalentTo(before.Select(task => task.Id)));
        await Eventually.Get("accepted write", () => kept.Api.PostAsync("/services/create", ServiceSpecs.Web("more", 1)),
            answer => answer.Status == 201);

        // Alone it has no quorum, and hears from the cluster what became of it.
        await first.StartAgainAsync();
        await WaitWorkerAsync(first);
        await Eventually.True("the reason in its log",
            () => first.ReadLog().Contains("another incarnation of the cluster, from before a recovery by force", StringComparison.Ordinal));
        Assert.That((await first.SwarmnetAsync("node", "ls")).Errors, Does.Contain("not a swarm manager"));
        (await kept.SwarmnetAsync("node", "promote", "m2")).Succeeded();
        await kept.WaitReachableAsync(2);

        await second.StartAgainAsync();
        (await second.SwarmnetAsync("leave", "--force")).Succeeded();
        var token = (await kept.SwarmnetAsync("join-token", "-q", "manager")).Succeeded();
        (await second.SwarmnetAsync("join", "--token", token, await AddressAsync("m1"))).Succeeded();
        foreach (var manager in _managers)
            await manager.WaitReachableAsync(3);
        await second.Api.WaitRunningAsync("web", 3);
        Assert.That(kept.TaskProcesses(), Is.SupersetOf(processes), "they have noticed nothing");
    }

    [Test]
    public async Task A_join_as_a_manager_that_fails_leaves_nothing_and_the_next_one_succeeds()
    {
        await using var fourth = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "m4" });
        var address = await AddressAsync("m1");
        var token = (await _managers[0].SwarmnetAsync("join-token", "-q", "manager")).Succeeded();
        var failed = await fourth.SwarmnetAsync("join", "--token", token, "--advertise-addr", "127.0.0.1:1", address);
        Assert.That(failed.Errors, Does.Contain("cannot be reached from the leader"), failed.ToString());
        Assert.That((await _managers[0].Api.ReadAsync("/nodes")).AsArray(), Has.Count.EqualTo(3));
        await _managers[0].WaitReachableAsync(3);

        (await fourth.SwarmnetAsync("join", "--token", token, address)).Succeeded();
        await _managers[0].WaitReachableAsync(4);
    }

    [Test]
    public async Task What_an_earlier_membership_has_left_does_not_come_back_with_the_next()
    {
        var host = _managers[2];
        var (log, copy) = (Path.Combine(host.DataDirectory, "raft"), Path.Combine(host.Scratch, "raft"));
        await host.TerminateAsync();
        await Programs.RunAsync("cp", "-r", log, copy);
        await host.StartAgainAsync();
        await host.WaitReachableAsync(3);
        (await host.SwarmnetAsync("leave", "--force")).Succeeded();
        await Programs.RunAsync("cp", "-r", copy, log);

        await host.InitAsync();

        Assert.That((await host.Api.ReadAsync("/nodes")).AsArray(), Has.Count.EqualTo(1), "another cluster");
        await host.WaitReachableAsync(1);
    }

    [Test]
    public async Task A_manager_that_restarts_under_another_address_is_found_there()
    {
        var before = await AddressAsync("m3");
        await _managers[2].TerminateAsync();
        await File.WriteAllTextAsync(Path.Combine(_settings.FullName, "m3.json"), """{ "advertise-addr": "127.0.0.2" }""");
        await _managers[2].StartAgainAsync();
        await Eventually.Get("another address", () => AddressAsync("m3"), address => address.Length > 0 && address != before);
        await _managers[0].WaitReachableAsync(3);
        await _managers[1].WaitReachableAsync(3);
    }

    /// <summary>The founder, which has never been told of managers to join.</summary>
    [Test]
    public async Task A_manager_whose_damaged_log_is_moved_away_comes_back_as_a_new_member()
    {
        var raft = Path.Combine(_managers[0].DataDirectory, "raft");
        await _managers[0].TerminateAsync();
        await File.WriteAllTextAsync(Path.Combine(raft, "hardstate"), "rubbish");
        Assert.That(await _managers[0].RunToEndAsync(), Is.EqualTo(1));
        Assert.That(_managers[0].ReadLog(), Does.Contain("move the raft directory away and start the daemon"));

        Directory.Move(raft, raft + ".damaged");
        await _managers[0].StartAgainAsync();
        foreach (var manager in _managers)
            await manager.WaitReachableAsync(3);
    }

    private static Task<JsonNode> WaitWorkerAsync(DaemonProcess host) => Eventually.Get(
        "a worker", () => host.Api.ReadAsync("/info"), info => (bool?)info["Swarm"]!["ControlAvailable"] != true);

    private async Task<string> AddressAsync(string manager) => (string?)(await _managers[0].Api.ReadAsync("/nodes")).AsArray()
        .Single(node => (string?)node!["Description"]!["Hostname"] == manager)!["ManagerStatus"]?["Addr"] ?? "";

    private async Task<DaemonProcess> LeaderAsync(DaemonProcess asked)
    {
        var nodes = await Eventually.Get("a leader", () => asked.Api.ReadAsync("/nodes"), all => GroupReadings.Leader(all) is not null);
        return _managers[int.Parse(GroupReadings.Leader(nodes)![1..], null) - 1];
    }
}
