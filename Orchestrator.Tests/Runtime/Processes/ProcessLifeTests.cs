using System.Diagnostics;
using System.Globalization;
using Orchestrator.Model;
using Orchestrator.Runtime;

namespace Orchestrator.Tests.Runtime.Processes;

[Parallelizable(ParallelScope.None)]
public sealed class ProcessLifeTests
{
    private ProcessHost _host = null!;

    [SetUp]
    public void SetUp() => _host = new ProcessHost();

    [TearDown]
    public async Task TearDown() => await _host.DisposeAsync();

    [TestCase("exit 0", 0)]
    [TestCase("exit 3", 3)]
    [TestCase("kill -TERM $$", 143)]
    [TestCase("kill -KILL $$", 137)]
    public async Task The_true_exit_code_is_known(string line, int code)
    {
        var seen = await _host.RunAsync(line);

        Assert.That(seen.ExitCode, Is.EqualTo(code));
        Assert.That(seen.Error, Is.Empty);
        Assert.That(seen.FinishedAt, Is.GreaterThanOrEqualTo(seen.StartedAt!.Value));
    }

    [Test]
    public async Task Prepare_and_start_do_their_work_once()
    {
        var task = ProcessHost.Shell("echo started; sleep 1000");
        var id = await _host.Runtime.PrepareAsync(task, default);
        Assert.That((await _host.Runtime.InspectAsync(id, default))?.State, Is.EqualTo(ContainerState.Created));
        Assert.That(await _host.Runtime.PrepareAsync(task, default), Is.EqualTo(id));

        await Task.WhenAll(_host.Runtime.StartAsync(id, default), _host.Runtime.StartAsync(id, default));
        var first = await _host.Runtime.InspectAsync(id, default);
        await _host.Runtime.StartAsync(id, default);
        var second = await _host.Runtime.InspectAsync(id, default);

        Assert.That(first?.State, Is.EqualTo(ContainerState.Running));
        Assert.That(second?.Pid, Is.EqualTo(first?.Pid).And.GreaterThan(0));
    }

    [Test]
    public async Task Two_daemons_that_start_the_same_task_start_it_once()
    {
        var id = await _host.Runtime.PrepareAsync(ProcessHost.Shell("echo x; sleep 1000"), default);
        await using var other = _host.Another();

        await Task.WhenAll(_host.Runtime.StartAsync(id, default), other.StartAsync(id, default));

        await other.StopAsync(id, TimeSpan.FromSeconds(30), default);
        Assert.That(await _host.LogAsync(id), Is.EqualTo("x\n"));
    }

    [Test]
    public async Task A_task_may_end_itself_in_its_grace_period()
    {
        var id = await _host.StartAsync(
            ProcessHost.Shell("trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done"));
        Assert.That(await _host.FirstLineAsync(id), Is.EqualTo("up"));

        await _host.Runtime.StopAsync(id, TimeSpan.FromSeconds(30), default);

        Assert.That((await _host.Runtime.InspectAsync(id, default))?.ExitCode, Is.EqualTo(7));
        Assert.That(await _host.LogAsync(id, new LogOptions { Stderr = false }), Is.EqualTo("up\nbye\n"));
    }

    [Test]
    public async Task A_task_that_ignores_the_stop_signal_is_killed_after_the_grace_period()
    {
        var id = await _host.StartAsync(ProcessHost.Shell("trap '' TERM; echo up; while :; do sleep 1; done"));
        await _host.FirstLineAsync(id);

        var watch = Stopwatch.StartNew();
        await _host.Runtime.StopAsync(id, TimeSpan.FromSeconds(1), default);

        Assert.That(watch.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(0.9)));
        Assert.That((await _host.Runtime.InspectAsync(id, default))?.ExitCode, Is.EqualTo(137));
        await _host.Runtime.StopAsync(id, TimeSpan.FromSeconds(1), default);
    }

    [Test]
    public async Task The_stop_signal_of_the_spec_is_used()
    {
        var id = await _host.StartAsync(ProcessHost.Container(new ContainerSpec
        {
            Image = "any",
            Command = ["/bin/sh", "-c", "trap 'exit 5' USR1; echo up; while :; do sleep 0.05; done"],
            StopSignal = "SIGUSR1",
        }));
        await _host.FirstLineAsync(id);

        await _host.Runtime.StopAsync(id, TimeSpan.FromSeconds(30), default);

        Assert.That((await _host.Runtime.InspectAsync(id, default))?.ExitCode, Is.EqualTo(5));
    }

    [TestCase("sleep 1000 & echo $!; wait")]
    [TestCase("setsid sleep 1000 & echo $!; wait")]
    [TestCase("(setsid sh -c 'echo $$; exec env -i sleep 1000' &); sleep 1000")]
    public async Task No_child_outlives_a_stopped_task(string line)
    {
        var id = await _host.StartAsync(ProcessHost.Shell(line));
        var child = int.Parse(await _host.FirstLineAsync(id), CultureInfo.InvariantCulture);

        await _host.Runtime.StopAsync(id, TimeSpan.FromSeconds(20), default);

        Assert.That(ProcessHost.Lives(child), Is.False);
    }

    [Test]
    public async Task No_child_outlives_a_task_that_ends_by_itself()
    {
        var seen = await _host.RunAsync("setsid sleep 1000 & echo $!; exit 4");

        Assert.That(seen.ExitCode, Is.EqualTo(4));
        var child = int.Parse(await _host.FirstLineAsync(seen.ContainerId), CultureInfo.InvariantCulture);
        Assert.That(ProcessHost.Lives(child), Is.False);
    }

    [Test]
    public async Task Removing_kills_and_leaves_no_trace()
    {
        var id = await _host.StartAsync(ProcessHost.Shell("sleep 1000"));
        var pid = (await _host.Runtime.InspectAsync(id, default))!.Pid;

        await _host.Runtime.RemoveAsync(id, default);

        Assert.That(ProcessHost.Lives(pid), Is.False);
        Assert.That(Directory.Exists(_host.PathOf(id, "")), Is.False);
        Assert.That(await _host.Runtime.InspectAsync(id, default), Is.Null);
        Assert.That(await _host.Runtime.ListAsync(default), Is.Empty);
        await _host.Runtime.RemoveAsync(id, default);
        await _host.Runtime.StopAsync(id, TimeSpan.Zero, default);
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _host.Runtime.StartAsync(id, default));
        Assert.That(failure?.Failure, Is.EqualTo(RuntimeFailure.NotFound));
    }

    [Test]
    public async Task A_task_gets_its_environment_directory_and_nothing_else()
    {
        var seen = await _host.RunAsync(ProcessHost.Container(new ContainerSpec
        {
            Image = "env", Env = ["a.b=c d", "LINES=1\n2", "PATH=/usr/bin:/bin"], Dir = "/tmp",
        }));

        var log = await _host.LogAsync(seen.ContainerId);
        Assert.That(log, Does.Contain("a.b=c d\n").And.Contain("LINES=1\n2\n").And.Contain("PATH=/usr/bin:/bin\n"));
        Assert.That(log, Does.Contain($"SWARMNET_TASK_ID={seen.ContainerId}\n").And.Contain("HOME="));
        Assert.That(log, Does.Not.Contain("DOTNET"));
        var pwd = await _host.RunAsync(ProcessHost.Container(new ContainerSpec { Image = "pwd", Dir = "/tmp" }));
        Assert.That(await _host.LogAsync(pwd.ContainerId), Is.EqualTo("/tmp\n"));
    }

    [Test]
    public async Task A_task_holds_no_file_of_its_supervisor_and_has_default_signals()
    {
        var seen = await _host.RunAsync(
            "ls -l /proc/self/fd | wc -l; grep -E 'SigIgn|SigBlk' /proc/self/status | tr 8 0; umask");

        // 0, 1, 2, the directory that ls reads, and the line with the total. The C library ignores its own two signals
        // (the 8).
        Assert.That(await _host.LogAsync(seen.ContainerId), Is.EqualTo(
            "5\nSigBlk:\t0000000000000000\nSigIgn:\t0000000100000000\n0022\n"));
    }

    [Test]
    public async Task A_file_that_cannot_be_executed_is_rejected_with_the_reason()
    {
        var file = Path.Combine(_host.DataDir, "program");
        await File.WriteAllTextAsync(file, "no program at all");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var id = await _host.Runtime.PrepareAsync(ProcessHost.Container(new ContainerSpec { Image = file }), default);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _host.Runtime.StartAsync(id, default));

        Assert.That(failure?.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(failure?.Message, Does.Contain(file).And.Contain("format"));
        var seen = await _host.Runtime.InspectAsync(id, default);
        Assert.That(seen?.State, Is.EqualTo(ContainerState.Exited));
        Assert.That(seen?.ExitCode, Is.EqualTo(126));
    }

    [Test]
    public async Task A_health_check_tells_when_a_task_is_healthy_and_when_not()
    {
        var flag = Path.Combine(_host.DataDir, "sick");
        var id = await _host.StartAsync(ProcessHost.Container(new ContainerSpec
        {
            Image = "sleep",
            Args = ["1000"],
            Health = new HealthCheck
            {
                Test = ["CMD-SHELL", $"test ! -e {flag}"], Interval = TimeSpan.FromMilliseconds(50), Retries = 2,
            },
        }));

        Assert.That((await _host.Runtime.InspectAsync(id, default))?.Health, Is.Not.EqualTo(ContainerHealth.None));
        await ProcessHost.AwaitAsync(_host.Runtime, id, seen => seen.Health == ContainerHealth.Healthy, "health");
        await File.WriteAllTextAsync(flag, "");
        await ProcessHost.AwaitAsync(_host.Runtime, id, seen => seen.Health == ContainerHealth.Unhealthy, "sickness");
    }

    [Test]
    public async Task A_node_describes_itself()
    {
        var description = await _host.Runtime.DescribeAsync(default);

        Assert.That(description.Resources.NanoCpus, Is.EqualTo(Environment.ProcessorCount * 1_000_000_000L));
        Assert.That(description.Resources.MemoryBytes, Is.GreaterThan(64L << 20));
        Assert.That(description.Platform.Os, Is.EqualTo("linux"));
        Assert.That(description.Runtime, Is.EqualTo("process"));
        Assert.That(description.EngineLabels["kernelversion"], Does.Match("^[0-9]"));
    }
}
