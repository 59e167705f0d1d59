using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>Three hosts with real engines, driven once with each client.</summary>
[TestFixture(Client.Swarmnet)]
[TestFixture(Client.Docker)]
[Category("Lab")]
[NonParallelizable]
internal sealed class LabClusterTests(Client client)
{
    private const string Script = "echo started on $NODE; exec sleep 36000";
    private LabCluster _cluster = null!;

    private DaemonProcess Manager => _cluster.Manager;

    [OneTimeSetUp]
    public async Task UpAsync() => _cluster = await LabCluster.StartAsync(client, 3);

    [OneTimeTearDown]
    public async Task DownAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [SetUp]
    public async Task CreateAsync()
    {
        (await Manager.RunAsync(client, "service", "create", "-d", "--name", "s", "--replicas", "6",
            "--restart-delay", "500ms", "--env", "NODE={{.Node.Hostname}}", "--stop-grace-period", "1s",
            "busybox:local", "sh", "-c", Script)).Succeeded();
        await _cluster.Api.WaitRunningAsync("s", 6);
    }

    [TearDown]
    public async Task RemoveAsync()
    {
        (await Manager.RunAsync(client, "service", "rm", "s")).Succeeded();
        await _cluster.WaitSpreadAsync(0, 0, 0);
    }

    [Test]
    public async Task Six_replicas_are_two_on_each_engine_and_a_killed_one_is_replaced()
    {
        Assert.That(await _cluster.SpreadAsync(), Is.EqualTo(new[] { 2, 2, 2 }));
        var list = (await Manager.RunAsync(client, "node", "ls")).Succeeded();
        Assert.That(list, Does.Contain("host1").And.Contain("host2").And.Contain("host3").And.Contain("Leader"));
        var logs = await LogLinesAsync(6);
        foreach (var host in new[] { "host1", "host2", "host3" })
            Assert.That(logs.Count(line => line.EndsWith($"started on {host}")), Is.EqualTo(2), host);

        var before = await _cluster.AllContainersAsync();
        var victim = (await _cluster.ContainersAsync(2))[0];
        await _cluster.Lab.DockerAsync(2, "kill", victim);
        var after = await Eventually.Get("a container in the place of the killed one", _cluster.AllContainersAsync,
            ids => ids.Length == 6 && !ids.Contains(victim));
        Assert.That(after.Intersect(before).Count(), Is.EqualTo(5), "the others were left alone");
        var tasks = (await Manager.RunAsync(client, "service", "ps", "s")).Succeeded();
        Assert.That(tasks, Does.Contain("137"), "the reason is shown");
        await LogLinesAsync(7);
    }

    [Test]
    public async Task The_tasks_of_a_cut_host_move_and_when_it_is_back_nothing_runs_twice()
    {
        await _cluster.Lab.Cut(3);
        await _cluster.WaitNodeAsync(3, "down");
        var lost = await _cluster.NodeIdAsync(3);
        var moved = await Eventually.Get("six running tasks on the two other hosts", () => _cluster.Api.RunningAsync("s"),
            tasks => tasks.Length == 6 && tasks.All(task => task.NodeId != lost));
        Assert.That(moved.Select(task => task.Id), Is.Unique);
        Assert.That(await _cluster.SpreadAsync(), Is.EqualTo(new[] { 3, 3, 2 }), "a worker alone goes on");
        await _cluster.Lab.Heal(3);
        await _cluster.WaitNodeAsync(3, "ready");
        await _cluster.WaitSpreadAsync(3, 3, 0);
        await _cluster.Api.WaitRunningAsync("s", 6);
    }

    [Test]
    public async Task Killing_each_daemon_in_turn_leaves_every_container_alone()
    {
        var before = await _cluster.AllContainersAsync();
        var tasks = await _cluster.Api.WaitRunningAsync("s", 6);
        for (var host = 1; host <= 3; host++)
        {
            await _cluster.Daemon(host).Kill9Async();
            Assert.That(await _cluster.AllContainersAsync(), Is.EqualTo(before), $"host{host} is down");
            await _cluster.Daemon(host).StartAgainAsync();
            for (var other = 1; other <= 3; other++)
                await _cluster.WaitNodeAsync(other, "ready");
            Assert.That(await _cluster.AllContainersAsync(), Is.EqualTo(before), $"host{host} is back");
        }
        var after = await _cluster.Api.WaitRunningAsync("s", 6);
        Assert.That(after.Select(task => task.Id), Is.EquivalentTo(tasks.Select(task => task.Id)));
        Assert.That(after.Select(task => task.ContainerId).Order(), Is.EqualTo(before));
        (await Manager.RunAsync(client, "service", "scale", "-d", "s=9")).Succeeded();
        await _cluster.WaitSpreadAsync(3, 3, 3);
        Assert.That(before, Is.SubsetOf(await _cluster.AllContainersAsync()));
    }

    [Test]
    public async Task A_service_grows_to_thirty_and_shrinks_to_none()
    {
        (await Manager.RunAsync(client, "service", "scale", "-d", "s=30")).Succeeded();
        await _cluster.WaitSpreadAsync(10, 10, 10);
        await _cluster.Api.WaitRunningAsync("s", 30);
        await LogLinesAsync(30);
        (await Manager.RunAsync(client, "service", "scale", "-d", "s=0")).Succeeded();
        await _cluster.WaitSpreadAsync(0, 0, 0);
        var list = (await Manager.RunAsync(client, "service", "ls")).Succeeded();
        Assert.That(list, Does.Contain("0/0"));
    }

    [Test]
    public async Task An_engine_that_hangs_crashes_and_restarts_marks_its_node_and_not_the_daemon()
    {
        await _cluster.Lab.HangEngine(2);
        (await Manager.RunAsync(client, "service", "scale", "-d", "s=7")).Succeeded();
        Assert.That(await _cluster.WaitEngineAsync(2, answers: false), Is.Not.Empty, "it says why");
        await _cluster.Lab.ResumeEngine(2);
        await _cluster.WaitEngineAsync(2, answers: true);
        await _cluster.Api.WaitRunningAsync("s", 7);
        await _cluster.Lab.CrashEngine(2);
        Assert.That(await _cluster.WaitEngineAsync(2, answers: false), Is.Not.Empty, "it says why");
        Assert.That((await _cluster.Daemon(2).Api.GetAsync("/_ping")).Status, Is.EqualTo(200), "the daemon is fine");
        await _cluster.Lab.StartEngine(2);
        await _cluster.WaitEngineAsync(2, answers: true);
        await Eventually.Get("seven containers", _cluster.AllContainersAsync, ids => ids.Length == 7);
        var tasks = await _cluster.Api.WaitRunningAsync("s", 7);
        Assert.That(tasks.Select(task => task.ContainerId).Order(), Is.EqualTo(await _cluster.AllContainersAsync()));
    }

    private Task<string[]> LogLinesAsync(int expected) => Eventually.Get(
        $"{expected} lines in the service's log",
        async () => (await Manager.RunAsync(client, "service", "logs", "s")).Succeeded().Split('\n'),
        lines => lines.Count(line => line.Contains("started on host")) == expected);
}
