using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Docker;
using Orchestrator.Tests.Runtime.Docker;

namespace Orchestrator.Tests.Integration;

/// <summary>The runtime against a real engine.</summary>
[Category("Lab")]
[NonParallelizable]
public sealed class DockerRuntimeLabTests : DockerLab
{
    [Test]
    public async Task A_task_lives_its_whole_life_and_every_call_can_be_repeated()
    {
        var task = Next("trap 'exit 3' TERM; while :; do sleep 0.1; done");
        var id = await Engine.PrepareAsync(task, default);
        Assert.That(await Engine.PrepareAsync(task, default), Is.EqualTo(id));
        var created = await Engine.InspectAsync(id, default);
        Assert.That(created!.State, Is.EqualTo(ContainerState.Created));
        Assert.That(created.TaskId, Is.EqualTo(task.TaskId));
        await Engine.StartAsync(id, default);
        await Engine.StartAsync(id, default);
        var running = (await Engine.InspectAsync(id, default))!;
        Assert.That(running.State, Is.EqualTo(ContainerState.Running));
        Assert.That(running.Pid, Is.GreaterThan(0));
        Assert.That(running.StartedAt, Is.Not.Null);
        await Engine.StopAsync(id, TimeSpan.FromSeconds(20), default);
        await Engine.StopAsync(id, TimeSpan.FromSeconds(20), default);
        var ended = (await Engine.InspectAsync(id, default))!;
        Assert.That(ended.State, Is.EqualTo(ContainerState.Exited));
        Assert.That(ended.ExitCode, Is.EqualTo(3));
        Assert.That(ended.FinishedAt, Is.GreaterThan(ended.StartedAt!));
        await Engine.RemoveAsync(id, default);
        await Engine.RemoveAsync(id, default);
        Assert.That(await Engine.InspectAsync(id, default), Is.Null);
        await Engine.StopAsync(id, TimeSpan.Zero, default);
        var e = await Failing.Of(() => Engine.StartAsync(id, default));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.NotFound));
    }

    [Test]
    public async Task A_task_has_the_network_and_the_volumes_of_another()
    {
        var cache = Next(RuntimeTasks.Shell("echo there > /v/file; while :; do echo from cache | nc -l -p 7000; done") with
        {
            Mounts = [new Mount { Type = MountType.Volume, Target = "/v" }],
        });
        var sidecar = Next("""
            grep -q there /v/file || exit 2
            touch /v/other && exit 3
            until nc 127.0.0.1 7000 </dev/null | grep -q "from cache"; do sleep 0.1; done
            """) with
        {
            Shared = [new SharedSource(cache.TaskId, new Dependency("cache") { Network = true, Volumes = true, ReadOnly = true })],
        };
        Assert.That((await Failing.Of(() => Engine.PrepareAsync(sidecar, default))).Failure, Is.EqualTo(RuntimeFailure.NotYet));
        var id = await Engine.PrepareAsync(cache, default);
        Assert.That((await Failing.Of(() => Engine.PrepareAsync(sidecar, default))).Failure, Is.EqualTo(RuntimeFailure.NotYet), "it does not run");
        await Engine.StartAsync(id, default);
        var ended = await WaitForAsync(await StartAsync(sidecar), seen => seen.State == ContainerState.Exited);
        Assert.That(ended.ExitCode, Is.Zero);
    }

    [Test]
    public async Task One_that_ignores_the_signal_is_killed_after_the_grace()
    {
        var id = await StartAsync(Next("trap '' TERM; while :; do sleep 0.1; done"));
        await Engine.StopAsync(id, TimeSpan.FromSeconds(1), default);
        Assert.That((await Engine.InspectAsync(id, default))!.ExitCode, Is.EqualTo(137));
    }

    [Test]
    public async Task The_list_holds_every_container_of_the_cluster_and_nobody_elses()
    {
        var other = new ClusterId("cluster2");
        await using var others = new DockerRuntime(Client(), other, TimeProvider.System, NullLogger.Instance);
        var foreign = (await Lab.DockerAsync(1, "run", "-d", "busybox:local")).Trim();
        var theirs = await others.PrepareAsync(Next("sleep 60") with { ClusterId = other }, default);
        var running = await StartAsync(Next("sleep 60") with { HostPorts = [new PortConfig { Target = 80 }] });
        var ended = await StartAsync(Next("exit 4"));
        await WaitForAsync(ended, seen => seen.State == ContainerState.Exited);
        var created = await Engine.PrepareAsync(Next("sleep 60"), default);

        var list = await Engine.ListAsync(default);
        Assert.That(list.Select(seen => seen.ContainerId), Is.EquivalentTo(new[] { running, ended, created }));
        Assert.That(list.Single(seen => seen.ContainerId == ended).ExitCode, Is.EqualTo(4));
        Assert.That(list.Single(seen => seen.ContainerId == created).State, Is.EqualTo(ContainerState.Created));
        Assert.That(list.Single(seen => seen.ContainerId == running).Ports,
            Is.EqualTo((await Engine.InspectAsync(running, default))!.Ports).And.Length.EqualTo(1));

        foreach (var id in new[] { foreign, theirs })
        {
            await Engine.StopAsync(id, TimeSpan.Zero, default);
            await Engine.RemoveAsync(id, default);
        }
        var left = await Lab.DockerAsync(1, "ps", "-aq", "--no-trunc");
        Assert.That(left, Does.Contain(foreign).And.Contain(theirs));
        Assert.That(await Lab.DockerAsync(1, "ps", "-q", "--no-trunc"), Does.Contain(foreign), "it still runs");
        await others.RemoveAsync(theirs, default);
        await Lab.DockerAsync(1, "rm", "-f", foreign);
    }

    [Test]
    public async Task Limits_and_settings_are_really_set()
    {
        var small = new TmpfsOptions { SizeBytes = 1 << 20, Mode = 511 };
        var spec = RuntimeTasks.Shell("sleep 60") with
        {
            Hostname = "h1", User = "1000:1000", Groups = ["2000"], Dir = "/tmp", Init = true, ReadOnly = true,
            StopSignal = "SIGINT", Env = ["A=b c"], CapabilityAdd = ["CAP_NET_ADMIN"], CapabilityDrop = ["CAP_CHOWN"],
            Sysctls = StringMap.Empty.Add("net.ipv4.ip_unprivileged_port_start", "80"),
            Ulimits = [new Ulimit { Name = "nofile", Soft = 100, Hard = 200 }], Hosts = ["10.1.1.1 db"],
            Dns = new DnsConfig { Nameservers = ["10.2.2.2"], Search = ["x.y"], Options = ["ndots:3"] },
            OomScoreAdj = 50,
            Mounts =
            [
                new Mount { Type = MountType.Tmpfs, Target = "/t", Tmpfs = small },
                new Mount { Type = MountType.Bind, Source = "/etc", Target = "/b", ReadOnly = true },
                new Mount { Type = MountType.Volume, Source = "v1", Target = "/v" },
            ],
        };
        var id = await StartAsync(Next(spec) with
        {
            Limits = new ResourceLimits { NanoCpus = 500_000_000, MemoryBytes = 64 << 20, Pids = 33 },
            LogDriver = new DriverConfig { Name = "json-file", Options = StringMap.Empty.Add("max-size", "1m") },
        });
        // The hard limit: runc itself may raise the soft one of an exec.
        const string inside = "hostname; id; pwd; echo $A; ulimit -Hn; cat /etc/hosts /etc/resolv.conf;" +
            "cat /proc/1/oom_score_adj /proc/sys/net/ipv4/ip_unprivileged_port_start;" +
            "grep ' /[tbv] ' /proc/mounts; touch /x 2>&1";
        var output = await Lab.DockerAsync(1, "exec", id, "sh", "-c", inside + "; true");
        Assert.That(output, Does.StartWith("h1\n").And.Contain("uid=1000 gid=1000").And.Contain("2000"));
        Assert.That(output, Does.Contain("\n/tmp\nb c\n200\n").And.Contain("10.1.1.1\tdb"));
        Assert.That(output, Does.Contain("nameserver 10.2.2.2"));
        Assert.That(output, Does.Contain("search x.y").And.Contain("ndots:3").And.Contain("\n50\n80\n"));
        Assert.That(output, Does.Contain("size=1024k,mode=777").And.Match(" /b \\S+ ro").And.Match(" /v \\S+ rw"));
        Assert.That(output, Does.Contain("Read-only file system"));
        var set = await Lab.DockerAsync(1, "inspect", "-f",
            "{{json .HostConfig}} {{.Config.StopSignal}}", id);
        Assert.That(set, Does.Contain("\"NanoCpus\":500000000").And.Contain("\"Memory\":67108864")
            .And.Contain("\"PidsLimit\":33").And.Contain("\"Init\":true").And.Contain("NET_ADMIN")
            .And.Contain("CHOWN").And.Contain("\"max-size\":\"1m\"").And.Contain("SIGINT")
            .And.Match("\"RestartPolicy\":.\"Name\":\"(no)?\""));
        var stats = await Engine.StatsAsync(id, default);
        Assert.That(stats.MemoryLimitBytes, Is.EqualTo(64 << 20));
        Assert.That(stats.MemoryBytes, Is.InRange(1, 64 << 20));
        Assert.That(stats.CpuNanoseconds, Is.GreaterThan(0));
        Assert.That(stats.Pids, Is.GreaterThan(0));
        await Engine.RemoveAsync(id, default);
        Assert.That(await Lab.DockerAsync(1, "volume", "ls", "-q"), Does.Contain("v1"), "named volumes stay");
    }

    [Test]
    public async Task A_container_without_limit_reports_none_and_its_anonymous_volumes_go_with_it()
    {
        var volume = new Mount { Type = MountType.Volume, Target = "/v" };
        var spec = RuntimeTasks.Shell("sleep 60") with { Mounts = [volume] };
        var before = await Lab.DockerAsync(1, "volume", "ls", "-q");
        var id = await StartAsync(Next(spec));
        Assert.That(await Lab.DockerAsync(1, "volume", "ls", "-q"), Is.Not.EqualTo(before));
        Assert.That((await Engine.StatsAsync(id, default)).MemoryLimitBytes, Is.Zero);
        await Engine.RemoveAsync(id, default);
        Assert.That(await Lab.DockerAsync(1, "volume", "ls", "-q"), Is.EqualTo(before));
    }

    [Test]
    public async Task What_can_never_work_is_rejected_with_the_reason()
    {
        var bind = new Mount { Type = MountType.Bind, Source = "/does/not/exist", Target = "/x" };
        var missing = await Failing.Of(() => Engine.PrepareAsync(
            Next(RuntimeTasks.Shell("true") with { Mounts = [bind] }), default));
        Assert.That(missing.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(missing.Message, Does.Contain("/does/not/exist"));

        var image = new ContainerSpec { Image = "sha256:" + new string('a', 64) };
        var absent = await Failing.Of(() => Engine.PrepareAsync(Next(image), default));
        Assert.That(absent.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(absent.Message, Does.Contain("No such image"));

        var id = await Engine.PrepareAsync(
            Next(new ContainerSpec { Image = "busybox:local", Command = ["/no/such/program"] }), default);
        var program = await Failing.Of(() => Engine.StartAsync(id, default));
        Assert.That(program.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(program.Message, Does.Contain("/no/such/program"));
        var seen = (await Engine.InspectAsync(id, default))!;
        Assert.That(seen.State, Is.EqualTo(ContainerState.Created));
        Assert.That(seen.Error, Does.Contain("/no/such/program"));
    }

    [Test]
    public async Task An_absent_image_is_pulled_with_the_credentials_once_for_all_tasks()
    {
        await using var registry = await FakeRegistry.StartAsync($"{Lab.Network}.254");
        var spec = new ContainerSpec { Image = $"{registry.Host}/team/app:1" };
        var refused = await Failing.Of(() => Engine.PrepareAsync(Next(spec), default));
        Assert.That(refused.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(refused.Message, Does.StartWith($"No such image: {spec.Image}").And.Contain("no basic auth"));
        var tasks = Enumerable.Range(0, 5).Select(_ => Next(spec) with { RegistryAuth = registry.Auth }).ToArray();
        var ids = await Task.WhenAll(tasks.Select(task => Engine.PrepareAsync(task, default)));
        Assert.That(ids, Is.Unique);
        Assert.That(registry.Pulls, Is.EqualTo(1));
        await Engine.PrepareAsync(Next(spec), default);
        Assert.That(registry.Pulls, Is.EqualTo(1), "an image that is there is not asked for, nor are credentials");
    }

    [Test]
    public async Task A_port_that_is_taken_is_rejected_by_its_number_and_a_free_one_is_reported()
    {
        var port = new PortConfig { Target = 80, Published = 18080 };
        var first = await StartAsync(Next("sleep 60") with { HostPorts = [port, new PortConfig { Target = 81 }] });
        var bound = (await Engine.InspectAsync(first, default))!.Ports;
        Assert.That(bound[0], Is.EqualTo(port with { Mode = PublishMode.Host }));
        Assert.That(bound[1].Published, Is.GreaterThan(1024));
        var second = await Engine.PrepareAsync(Next("sleep 60") with { HostPorts = [port] }, default);
        var e = await Failing.Of(() => Engine.StartAsync(second, default));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(e.Message, Does.StartWith("host port 18080 is already in use on this node"));
        await Engine.RemoveAsync(first, default);
        await Engine.StartAsync(second, default);
        Assert.That((await Engine.InspectAsync(second, default))!.State, Is.EqualTo(ContainerState.Running));
    }

    [Test]
    public async Task Running_out_of_memory_is_seen()
    {
        var limits = new ResourceLimits { MemoryBytes = 16 << 20 };
        var id = await StartAsync(Next("tail /dev/zero") with { Limits = limits });
        var ended = await WaitForAsync(id, seen => seen.State == ContainerState.Exited);
        Assert.That(ended.OutOfMemory);
        Assert.That(ended.ExitCode, Is.EqualTo(137));
    }

    [Test]
    public async Task Health_goes_from_starting_to_healthy_to_unhealthy_and_each_step_is_an_event()
    {
        var health = new HealthCheck
        {
            Test = ["CMD-SHELL", "test -e /tmp/ok"],
            Interval = TimeSpan.FromMilliseconds(300),
            Timeout = TimeSpan.FromSeconds(10),
            Retries = 2,
            StartPeriod = TimeSpan.FromSeconds(60),
        };
        var id = await StartAsync(Next(RuntimeTasks.Shell("sleep 1000") with { Health = health }));
        Assert.That((await Engine.ListAsync(default)).Single().Health, Is.EqualTo(ContainerHealth.Starting));
        await using var changes = Engine.WatchAsync(default).GetAsyncEnumerator();
        await WaitForEventAsync(changes, null);
        await Lab.DockerAsync(1, "exec", id, "touch", "/tmp/ok");
        await HealthByEventsAsync(changes, id, ContainerHealth.Healthy);
        await Lab.DockerAsync(1, "exec", id, "rm", "/tmp/ok");
        await HealthByEventsAsync(changes, id, ContainerHealth.Unhealthy);
    }

    [Test]
    public async Task The_description_names_what_the_host_has()
    {
        var node = await Engine.DescribeAsync(default);
        Assert.That(node.Runtime, Is.EqualTo("docker"));
        Assert.That(node.Resources.NanoCpus, Is.EqualTo(Environment.ProcessorCount * 1_000_000_000L));
        Assert.That(node.Resources.MemoryBytes, Is.GreaterThan(1 << 30));
        Assert.That(node.Platform.Os, Is.EqualTo("linux"));
        Assert.That(node.Platform.Architecture, Is.EqualTo("x86_64").Or.EqualTo("aarch64"));
        Assert.That(node.Plugins, Is.SupersetOf(new[] { "Volume/local", "Network/bridge", "Log/json-file" }));
        Assert.That(node.EngineVersion, Is.Not.Empty);
    }

    /// <summary>Only events make it look: without one for the change of health it would wait in vain.</summary>
    private async Task HealthByEventsAsync(IAsyncEnumerator<RuntimeEvent> changes, string id, ContainerHealth health)
    {
        var seen = ContainerHealth.None;
        while (seen != health)
        {
            await WaitForEventAsync(changes, id);
            seen = (await Engine.InspectAsync(id, default))!.Health;
        }
        Assert.That((await Engine.ListAsync(default)).Single().Health, Is.EqualTo(health), "the list says the same");
    }
}
