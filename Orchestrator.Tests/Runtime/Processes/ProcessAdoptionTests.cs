using System.Diagnostics;
using System.Globalization;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Processes;

namespace Orchestrator.Tests.Runtime.Processes;

[Parallelizable(ParallelScope.None)]
public sealed class ProcessAdoptionTests
{
    private ProcessHost _host = null!;

    [SetUp]
    public void SetUp() => _host = new ProcessHost();

    [TearDown]
    public async Task TearDown() => await _host.DisposeAsync();

    [Test]
    public async Task A_new_daemon_finds_running_tasks_their_logs_and_their_end()
    {
        var gate = Path.Combine(_host.DataDir, "gate");
        var id = await _host.StartAsync(
            ProcessHost.Shell($"echo one; mkfifo {gate}; echo two; read x <{gate}; echo $x; exit 9"));
        await _host.FirstLineAsync(id);

        await using var adopter = _host.Another();
        var found = await adopter.ListAsync(default);
        Assert.That(found.Single(), Has.Property("ContainerId").EqualTo(id));
        Assert.That(found.Single().State, Is.EqualTo(ContainerState.Running));
        var end = ProcessHost.AwaitAsync(adopter, id, seen => seen.State == ContainerState.Exited, "its end");
        await _host.RunAsync($"echo three >{gate}");

        Assert.That((await end).ExitCode, Is.EqualTo(9));
        Assert.That(await _host.LogAsync(id), Is.EqualTo("one\ntwo\nthree\n"));
    }

    [Test]
    public async Task A_task_survives_the_kill_of_its_daemon_and_its_exit_code_is_known_afterwards()
    {
        var gate = Path.Combine(_host.DataDir, "gate");
        var id = await _host.Runtime.PrepareAsync(
            ProcessHost.Shell($"mkfifo {gate}; echo up; read x <{gate}; echo $x; exit 6"), default);

        // A process that starts the shim as a daemon does, with an open socket's stand-in, and is killed at once.
        var start = new ProcessStartInfo("/bin/sh",
            ["-c", $"exec 9</etc/passwd; {ProcessHost.SelfPath} task-shim {_host.PathOf(id, "")} & echo $!; wait"])
        {
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
        };
        using var daemon = Process.Start(start)!;
        var shim = int.Parse((await daemon.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        Assert.That(await _host.FirstLineAsync(id), Is.EqualTo("up"));
        daemon.Kill();
        await daemon.WaitForExitAsync();

        var entry = ProcFiles.Read(shim);
        Assert.That(entry?.Session, Is.EqualTo(shim), "the shim is in a session of its own");
        Assert.That(entry?.Parent, Is.Not.EqualTo(daemon.Id));
        var open = Directory.GetFiles($"/proc/{shim}/fd").Select(fd => new FileInfo(fd).LinkTarget).ToList();
        Assert.That(open, Has.None.EqualTo("/etc/passwd").And.None.StartsWith("socket:"));
        await _host.RunAsync($"echo after >{gate}");
        var seen = await ProcessHost.AwaitAsync(
            _host.Runtime, id, seen => seen.State == ContainerState.Exited, "its end");

        Assert.That(seen.ExitCode, Is.EqualTo(6));
        Assert.That(await _host.LogAsync(id), Is.EqualTo("up\nafter\n"));
    }

    [TestCase(15)]
    [TestCase(1)]
    [TestCase(2)]
    public async Task Signals_that_end_daemons_do_not_end_a_shim(int signal)
    {
        var id = await _host.StartAsync(ProcessHost.Shell("echo up; sleep 1000"));
        var run = RunRecord.Load(_host.PathOf(id, "run"))!;

        Assert.That(Native.Kill(run.ShimPid, signal), Is.Zero);

        await _host.Runtime.StopAsync(id, TimeSpan.FromSeconds(30), default);
        Assert.That((await _host.Runtime.InspectAsync(id, default))?.ExitCode, Is.EqualTo(143));
    }

    [Test]
    public async Task A_task_whose_supervisor_was_killed_is_ended_and_its_exit_code_is_lost()
    {
        var id = await _host.StartAsync(ProcessHost.Shell("setsid sleep 1000 & sleep 1000"));
        var run = RunRecord.Load(_host.PathOf(id, "run"))!;

        Assert.That(Native.Kill(run.ShimPid, Native.SigKill), Is.Zero);
        var seen = await ProcessHost.AwaitAsync(
            _host.Runtime, id, seen => seen.State == ContainerState.Exited, "its end");

        Assert.That(seen.ExitCode, Is.Null);
        Assert.That(seen.Error, Does.Contain("exit code was lost"));
        Assert.That(ProcessHost.Lives(run.Pid), Is.False);
    }

    [Test]
    public async Task A_process_that_got_the_pid_of_a_task_is_neither_taken_for_it_nor_killed()
    {
        using var stranger = Process.Start("sleep", "1000");
        try
        {
            var id = await _host.Runtime.PrepareAsync(ProcessHost.Shell("true"), default);
            var start = ProcFiles.Read(stranger.Id)!.Value.StartTicks;
            new RunRecord(stranger.Id, start - 1, stranger.Id, start - 1) { BootId = ProcFiles.BootId() }
                .Save(_host.PathOf(id, "run"));

            var seen = await _host.Runtime.InspectAsync(id, default);
            await _host.Runtime.StopAsync(id, TimeSpan.Zero, default);
            await _host.Runtime.RemoveAsync(id, default);

            Assert.That(seen?.State, Is.EqualTo(ContainerState.Exited));
            Assert.That(seen?.ExitCode, Is.Null);
            Assert.That(ProcessHost.Lives(stranger.Id), Is.True);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Test]
    public async Task After_a_reboot_no_process_is_taken_for_a_task()
    {
        var id = await _host.Runtime.PrepareAsync(ProcessHost.Shell("true"), default);
        var self = ProcFiles.Read(Environment.ProcessId)!.Value;
        new RunRecord(self.Pid, self.StartTicks, self.Pid, self.StartTicks) { BootId = "an earlier one" }
            .Save(_host.PathOf(id, "run"));

        var seen = await _host.Runtime.InspectAsync(id, default);

        Assert.That(seen?.State, Is.EqualTo(ContainerState.Exited));
        Assert.That(seen?.Error, Does.Contain("rebooted"));
    }

    [Test]
    public async Task Tasks_of_another_cluster_are_not_seen()
    {
        await _host.StartAsync(ProcessHost.Shell("sleep 1000"));
        await using var other = new ProcessRuntime(
            new ProcessRuntimeOptions(_host.DataDir, new ClusterId("other"), ProcessHost.SelfPath),
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        Assert.That(await other.ListAsync(default), Is.Empty);
    }

    [Test]
    public async Task The_spec_which_may_hold_secrets_is_readable_by_the_owner_only()
    {
        var id = await _host.Runtime.PrepareAsync(ProcessHost.Shell("true"), default);

        Assert.That(
            File.GetUnixFileMode(_host.PathOf(id, "spec")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }
}
