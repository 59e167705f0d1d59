using System.Text.Json.Nodes;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>The manager is lost, or its group is: what is left carries on. Real daemons, a manager and a worker.</summary>
internal sealed class RecoveryTests
{
    /// <summary>A lost node is down after twice the grace of a manager that has just started.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private DaemonProcess _manager = null!;
    private DaemonProcess _worker = null!;
    private string _address = "";
    private string _passphrase = "";
    private string _backup = "";

    [SetUp]
    public async Task StartAsync()
    {
        _manager = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "manager" });
        _worker = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "worker" });
        _address = await _manager.InitAsync();
        var token = (string)(await _manager.Api.ReadAsync("/swarm"))["JoinTokens"]!["Worker"]!;
        (await _worker.SwarmnetAsync("join", "--token", token, _address)).Succeeded();
        _backup = Path.Combine(_worker.Scratch, "cluster.bak");
        _passphrase = Path.Combine(_worker.Scratch, "passphrase");
        await File.WriteAllTextAsync(_passphrase, "correct horse\n");
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
    public async Task A_backup_makes_an_empty_host_the_manager_of_the_same_cluster_and_its_workers_come_back()
    {
        await CreateAsync(4);
        (await BackupAsync()).Succeeded();
        Assert.That(File.GetUnixFileMode(_backup), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var secret = (string)(await _manager.Api.ReadAsync("/swarm"))["JoinTokens"]!["Manager"]!;
        await _manager.Kill9Async();
        var kept = _worker.TaskProcesses();

        await using var restored = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "restored" });
        await RefusesAsync(restored);
        var told = await RestoreAsync(restored, _backup);
        Assert.That(told.Errors, Does.Contain("with 1 service.").And.Contain("1 former manager is a worker now"), told.ToString());
        await CheckAsync(restored, secret);
        Assert.That(_worker.TaskProcesses(), Is.SupersetOf(kept), "the worker's tasks were not touched");

        await restored.Kill9Async();
        await restored.StartAgainAsync();
        await CheckAsync(restored, secret);
        var again = await RestoreAsync(restored, _backup);
        Assert.That(again.ExitCode, Is.EqualTo(4), again.ToString());
        Assert.That(again.Errors, Does.Contain("already part of a swarm"));
    }

    [Test]
    public async Task A_manager_carries_on_alone_by_force_with_everything_and_its_tasks_notice_nothing()
    {
        await CreateAsync(4);
        var before = await _manager.Api.WaitRunningAsync("web", 4);
        var refused = await _worker.SwarmnetAsync("init", "--force-new-cluster");
        Assert.That(refused.Errors, Does.Contain("it is a worker"), refused.ToString());

        var told = await _manager.SwarmnetAsync("init", "--force-new-cluster");
        Assert.That(told.ExitCode, Is.Zero, told.ToString());
        Assert.That(told.Errors, Does.Contain("as its only manager"));
        await CarriesOnAsync(before, 5);
        await _manager.Kill9Async();
        await _manager.StartAgainAsync();
        await CarriesOnAsync(before, 6);
    }

    [Test]
    public async Task The_doctor_knows_managers_workers_hosts_without_a_cluster_and_daemons_that_do_not_run()
    {
        var manager = await _manager.SwarmnetAsync("doctor");
        Assert.That(manager.Output, Does.Contain("this host is a manager").And.Contain("1 manager, 1 reachable: none may fail"));
        Assert.That(manager.Output, Does.Match(@"flush +a write is durable after \d+\.\d ms").And.Contain("certificate is good until"));
        var worker = await _worker.SwarmnetAsync("doctor", "--format", "json");
        var checks = JsonNode.Parse(worker.Output)!.AsArray().Select(finding => (string)finding!["Check"]!);
        Assert.That(checks, Is.SupersetOf((string[])["node", "flush", "space", "certificate", "engine"]).And.No.Member("quorum"));
        (await _worker.SwarmnetAsync("leave")).Succeeded();
        Assert.That((await _worker.SwarmnetAsync("doctor")).Output, Does.Contain("this host is in no cluster").And.Not.Contain("certificate"));
        await _worker.Kill9Async();
        var gone = await _worker.SwarmnetAsync("doctor");
        Assert.That(gone.ExitCode, Is.EqualTo(1), gone.ToString());
        Assert.That(gone.Output, Does.StartWith("ERROR  daemon").And.Contain("systemctl start swarmnet"));
    }

    private async Task CarriesOnAsync(ImmutableArray<TaskReading> before, int replicas)
    {
        await Eventually.Get("a worker that is ready", () => _manager.Api.ReadAsync("/nodes"), nodes => nodes.AsArray().Count == 2
            && nodes.AsArray().All(node => (string)node!["Status"]!["State"]! == "ready"), Patience);
        (await _manager.Api.UpdateAsync("web", spec => spec["Mode"]!["Replicated"]!["Replicas"] = replicas)).Succeeded();
        var after = await _manager.Api.WaitRunningAsync("web", replicas, Patience);
        Assert.That(after.Select(task => task.Id), Is.SupersetOf(before.Select(task => task.Id)));
    }

    /// <summary>What cannot be restored leaves nothing, and the next try begins as if there had been none.</summary>
    private async Task RefusesAsync(DaemonProcess restored)
    {
        var wrong = Path.Combine(_worker.Scratch, "wrong");
        await File.WriteAllTextAsync(wrong, "battery staple");
        var bytes = await File.ReadAllBytesAsync(_backup);
        var shorter = Path.Combine(_worker.Scratch, "short.bak");
        await File.WriteAllBytesAsync(shorter, bytes[..^7]);
        var changed = Path.Combine(_worker.Scratch, "changed.bak");
        bytes[^40] ^= 1;
        await File.WriteAllBytesAsync(changed, bytes);

        Assert.That((await RestoreAsync(restored, _backup, wrong)).Errors, Does.Contain("passphrase is not the one"));
        Assert.That((await RestoreAsync(restored, shorter)).Errors, Does.Contain("cut short"));
        Assert.That((await RestoreAsync(restored, changed)).Errors, Does.Contain("changed or damaged"));
        Assert.That((await RestoreAsync(restored, _passphrase)).Errors, Does.Contain("not a backup"));
        Assert.That((await BackupAsync(restored)).Errors, Does.Contain("not a swarm manager"));
        Assert.That(Directory.GetFileSystemEntries(restored.DataDirectory).Select(Path.GetFileName), Is.EquivalentTo((string[])["lock"]));
    }

    private static async Task CheckAsync(DaemonProcess restored, string managerToken)
    {
        Assert.That((string)(await restored.Api.ReadAsync("/swarm"))["JoinTokens"]!["Manager"]!, Is.EqualTo(managerToken));
        string[] expected = ["manager worker down", "restored manager ready", "worker worker ready"];
        var nodes = await Eventually.Get("the lost manager down, the others ready", async () =>
            (await restored.Api.ReadAsync("/nodes")).AsArray().ToDictionary(node => (string)node!["ID"]!, node => Describe(node!)),
            all => all.Values.Order().SequenceEqual(expected), Patience);
        await Eventually.Get("four tasks that run where a node is", () => restored.Api.RunningAsync("web"),
            running => running.Count(task => !nodes[task.NodeId].EndsWith("down", StringComparison.Ordinal)) == 4, Patience);
    }

    private static string Describe(JsonNode node) =>
        $"{node["Description"]!["Hostname"]} {node["Spec"]!["Role"]} {node["Status"]!["State"]}";

    private async Task CreateAsync(int replicas)
    {
        (await _manager.Api.PostAsync("/services/create", ServiceSpecs.Service("web", replicas, "sleep", "6000"))).Succeeded();
        await _manager.Api.WaitRunningAsync("web", replicas);
        Assert.That(_worker.TaskProcesses(), Is.Not.Empty);
    }

    private Task<ProgramResult> BackupAsync(DaemonProcess? from = null) =>
        (from ?? _manager).SwarmnetAsync("backup", "--passphrase-file", _passphrase, from is null ? _backup : _backup + "2");

    /// <summary>At the address that the worker knows.</summary>
    private Task<ProgramResult> RestoreAsync(DaemonProcess daemon, string file, string? passphrase = null) =>
        daemon.SwarmnetAsync("restore", "--passphrase-file", passphrase ?? _passphrase, "--listen-addr", _address,
            "--advertise-addr", _address, file);
}
