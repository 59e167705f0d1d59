using System.Net;
using System.Net.Sockets;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Processes;

namespace Orchestrator.Tests.Runtime.Processes;

[Parallelizable(ParallelScope.None)]
public sealed class ProcessLimitTests
{
    private ProcessHost _host = null!;

    [SetUp]
    public void SetUp() => _host = new ProcessHost();

    [TearDown]
    public async Task TearDown() => await _host.DisposeAsync();

    [Test]
    public async Task A_task_that_takes_more_memory_than_its_limit_is_ended_for_it()
    {
        RequireCgroups("memory");
        var task = ProcessHost.Shell("exec tail /dev/zero") with
        {
            Limits = new ResourceLimits { MemoryBytes = 32 << 20 },
        };

        var seen = await _host.RunAsync(task);

        Assert.That(seen.ExitCode, Is.EqualTo(137));
        Assert.That(seen.OutOfMemory, Is.True);
    }

    [Test]
    public async Task A_task_cannot_have_more_processes_than_its_limit()
    {
        RequireCgroups("pids");
        var task = ProcessHost.Shell("i=0; while [ $i -lt 40 ]; do sleep 1000 & i=$((i+1)); done; echo all") with
        {
            Limits = new ResourceLimits { Pids = 5 },
        };

        var seen = await _host.RunAsync(task);

        Assert.That(seen.ExitCode, Is.Not.Zero);
        Assert.That(await _host.LogAsync(seen.ContainerId), Does.Contain("fork").And.Not.Contain("all"));
    }

    [Test]
    public async Task The_cpu_limit_is_set_where_the_kernel_enforces_it_and_everything_of_it_goes_with_the_task()
    {
        RequireCgroups("cpu");
        var task = ProcessHost.Shell("sleep 1000") with { Limits = new ResourceLimits { NanoCpus = 500_000_000 } };
        var id = await _host.StartAsync(task);
        var group = $"/sys/fs/cgroup/cpu/swarmnet/{id}";

        var quota = File.Exists($"{group}/cpu.cfs_quota_us")
            ? await File.ReadAllTextAsync($"{group}/cpu.cfs_quota_us")
            : (await File.ReadAllTextAsync($"/sys/fs/cgroup/swarmnet/{id}/cpu.max")).Split(' ')[0];
        Assert.That(quota.Trim(), Is.EqualTo("50000"));
        await _host.Runtime.RemoveAsync(id, default);

        Assert.That(Directory.GetDirectories("/sys/fs/cgroup", id, SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public async Task What_a_task_uses_is_summed_over_its_processes()
    {
        var id = await _host.StartAsync(ProcessHost.Shell(
            "sleep 1000 & i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo done; wait"));
        await _host.FirstLineAsync(id);

        var stats = await _host.Runtime.StatsAsync(id, default);

        Assert.That(stats.Pids, Is.EqualTo(2));
        Assert.That(stats.CpuNanoseconds, Is.GreaterThan(1_000_000));
        Assert.That(stats.MemoryBytes, Is.GreaterThan(0));
        var run = RunRecord.Load(_host.PathOf(id, "run"))!;
        var summed = TaskUsage.Read(TaskPlan.Load(_host.PathOf(id, "spec"))! with { Cgroups = [] }, run);
        Assert.That(summed.CpuNanoseconds, Is.GreaterThan(1_000_000));
        Assert.That(summed.MemoryBytes, Is.GreaterThan(0));
    }

    [Test]
    public async Task A_task_runs_as_the_user_and_with_the_ulimits_that_it_asks_for()
    {
        Assume.That(Native.EffectiveUser(), Is.Zero, "only root can switch users");
        var seen = await _host.RunAsync(ProcessHost.Container(new ContainerSpec
        {
            Image = "any",
            Command = ["/bin/sh", "-c", "id -u; id -g; ulimit -n; ulimit -Hn; echo $HOME"],
            User = "nobody",
            Ulimits = [new Ulimit { Name = "nofile", Soft = 100, Hard = 200 }],
        }));

        Assert.That(await _host.LogAsync(seen.ContainerId), Does.StartWith("65534\n65534\n100\n200\n/nonexistent"));
    }

    [Test]
    public async Task A_port_is_passed_on_or_chosen_and_never_given_twice()
    {
        var ports = ImmutableArray.Create(
            new PortConfig { Target = 80, Mode = PublishMode.Host },
            new PortConfig { Target = 443, Mode = PublishMode.Host });
        var task =
            ProcessHost.Shell("echo $PORT $SWARMNET_PORT_80 $SWARMNET_PORT_443; sleep 1000") with { HostPorts = ports };
        var id = await _host.StartAsync(task);

        var bound = (await _host.Runtime.InspectAsync(id, default))!.Ports;
        Assert.That(bound.Select(port => port.Published).Distinct().Count(), Is.EqualTo(2));
        Assert.That(await _host.FirstLineAsync(id),
            Is.EqualTo($"{bound[0].Published} {bound[0].Published} {bound[1].Published}"));

        var second = ProcessHost.Shell("true") with { HostPorts = [bound[1] with { Target = 1 }] };
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _host.Runtime.PrepareAsync(second, default));
        Assert.That(failure?.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        await _host.Runtime.StopAsync(id, TimeSpan.FromSeconds(20), default);
        Assert.That(await _host.Runtime.PrepareAsync(second, default), Is.EqualTo(second.TaskId.Value));
    }

    [Test]
    public async Task A_port_that_another_program_listens_on_is_rejected()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = (uint)((IPEndPoint)listener.LocalEndpoint).Port;
        var task = ProcessHost.Shell("true") with { HostPorts = [new PortConfig { Target = 80, Published = port }] };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _host.Runtime.PrepareAsync(task, default));

        Assert.That(failure?.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(failure?.Message, Does.Contain($"port {port}/tcp is already in use"));
    }

    private static void RequireCgroups(string controller) => Assume.That(
        CgroupHost.Detect().Unenforced(new ResourceLimits { MemoryBytes = 1, NanoCpus = 1, Pids = 1 })
            .Select(name => name.ToLowerInvariant().Replace("process", "pids", StringComparison.Ordinal)),
        Does.Not.Contain(controller), "control groups cannot be written here");
}
