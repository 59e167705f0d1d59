using System.Diagnostics;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>Tasks do not notice what happens to their daemon.</summary>
internal sealed class DaemonLifeTests
{
    [Test]
    public async Task A_killed_daemon_leaves_its_tasks_alone_and_adopts_each_of_them_once()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        await daemon.InitAsync();
        await daemon.Api.CreateAsync(ServiceSpecs.Web("web", 3));
        var before = await daemon.Api.WaitRunningAsync("web", 3);
        for (var round = 0; round < 3; round++)
        {
            await daemon.Kill9Async();
            Assert.That(before.Select(task => task.Pid), Is.EquivalentTo(daemon.TaskProcesses()), "the same run on");
            await daemon.StartAgainAsync();
            await NodeReadyAsync(daemon);
        }
        (await daemon.Api.UpdateAsync("web", spec => spec["Mode"]!["Replicated"]!["Replicas"] = 4)).Succeeded();
        var after = await daemon.Api.WaitRunningAsync("web", 4);
        Assert.That(before.Select(task => task.Id), Is.SubsetOf(after.Select(task => task.Id)));
        Assert.That(before.Select(task => task.Pid), Is.SubsetOf(after.Select(task => task.Pid)));
        Assert.That(daemon.TaskProcesses(), Is.EquivalentTo(after.Select(task => task.Pid)));
        Assert.That(await daemon.Api.TasksAsync("web"), Has.Length.EqualTo(4), "no task was made anew");
    }

    [TestCase(7, "failed")]
    [TestCase(0, "complete")]
    public async Task What_ended_without_a_daemon_is_reported_with_its_real_exit_code(int code, string state)
    {
        await using var daemon = await DaemonProcess.StartAsync();
        await daemon.InitAsync();
        var sign = Path.Combine(daemon.Scratch, "go");
        await daemon.Api.CreateAsync(
            ServiceSpecs.Script("s", $"while [ ! -e {sign} ]; do sleep 0.05; done; exit {code}"));
        var task = (await daemon.Api.WaitRunningAsync("s", 1))[0];
        await daemon.Kill9Async();
        await File.WriteAllTextAsync(sign, "");
        await Eventually.True("the end of the task", () => daemon.Shims().IsEmpty);
        await daemon.StartAgainAsync();
        var ended = (await Eventually.Get(
            $"a {state} task", () => daemon.Api.TasksAsync("s"), tasks => tasks is [var only] && only.State == state))[0];
        Assert.That(ended.Id, Is.EqualTo(task.Id));
        Assert.That(ended.ExitCode ?? 0, Is.EqualTo(code));
    }

    [Test]
    public async Task A_task_killed_without_a_daemon_is_replaced_when_there_is_one_again()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        await daemon.InitAsync();
        await daemon.Api.CreateAsync(ServiceSpecs.Web("web", 2));
        var before = await daemon.Api.WaitRunningAsync("web", 2);
        await daemon.Kill9Async();
        Programs.Kill(before[0].Pid);
        await Eventually.True("the end of the killed task", () => daemon.Shims().Length == 1);
        await daemon.StartAgainAsync();
        var after = await Eventually.Get("a task in the place of the killed one", () => daemon.Api.RunningAsync("web"),
            tasks => tasks.Length == 2 && tasks.All(task => task.Id != before[0].Id));
        Assert.That(after.Select(task => task.Pid), Does.Contain(before[1].Pid));
        var killed = (await daemon.Api.TasksAsync("web")).Single(task => task.Id == before[0].Id);
        Assert.That(killed.State, Is.EqualTo("failed"));
        Assert.That(killed.ExitCode, Is.EqualTo(137));
    }

    [Test]
    public async Task Termination_ends_the_daemon_cleanly_and_in_time_while_tasks_and_watchers_go_on()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        await daemon.InitAsync();
        await daemon.Api.CreateAsync(ServiceSpecs.Web("web", 2));
        var before = await daemon.Api.WaitRunningAsync("web", 2);
        var followed = daemon.Api.GetAsync("/services/web/logs?stdout=1&follow=1"); // an open stream holds nothing up
        var clock = Stopwatch.StartNew();
        Assert.That(await daemon.TerminateAsync(), Is.Zero, daemon.ReadLog());
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        await ((Task)followed).WaitAsync(Eventually.Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.That(followed.IsCompleted, "the stream ended with the daemon");
        Assert.That(before.Select(task => task.Pid), Is.EquivalentTo(daemon.TaskProcesses()));
        Assert.That(File.Exists(daemon.Socket), Is.False, "the socket goes with the daemon");
        await daemon.StartAgainAsync();
        await NodeReadyAsync(daemon);
        var after = await daemon.Api.WaitRunningAsync("web", 2);
        Assert.That(after.Select(task => task.Id), Is.EquivalentTo(before.Select(task => task.Id)));
    }

    [Test]
    public async Task Leaving_with_force_leaves_no_process_and_no_file()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        var fresh = Files(daemon);
        await daemon.InitAsync();
        await daemon.Api.CreateAsync(ServiceSpecs.Web("web", 3));
        await daemon.Api.WaitRunningAsync("web", 3);
        var refused = await daemon.Api.PostAsync("/swarm/leave", null);
        Assert.That(refused.Status, Is.EqualTo(503));
        Assert.That(refused.Message, Does.Contain("--force"));
        Assert.That(daemon.TaskProcesses(), Has.Length.EqualTo(3), "a refusal changes nothing");
        (await daemon.Api.PostAsync("/swarm/leave?force=true", null)).Succeeded();
        Assert.That(daemon.Shims(), Is.Empty);
        Assert.That(Files(daemon), Is.EqualTo(fresh));
        await daemon.InitAsync();
        Assert.That((await daemon.Api.ReadAsync("/services")).AsArray(), Is.Empty, "a new cluster is empty");
    }

    private static async Task NodeReadyAsync(DaemonProcess daemon) => await Eventually.Get("a ready node",
        () => daemon.Api.ReadAsync("/nodes"), nodes => (string?)nodes[0]!["Status"]!["State"] == "ready");

    private static string[] Files(DaemonProcess daemon) =>
        [.. Directory.EnumerateFiles(daemon.DataDirectory, "*", SearchOption.AllDirectories).Order()];
}
