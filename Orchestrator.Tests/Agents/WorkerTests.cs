using Orchestrator.Agents;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Agents;

[TestFixture]
internal sealed class WorkerTests
{
    [Test]
    public async Task A_task_start_needs_exactly_three_calls()
    {
        await using var rig = await new WorkerRig().StartAsync();

        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of()));
        await rig.UntilAsync(1, TaskState.Running);

        var id = Assignments.Id(1);
        Assert.That(
            rig.Runtime.Calls.Where(call => call != "list"),
            Is.EqualTo(new[] { $"prepare {id}", $"start c-{id}", $"inspect c-{id}" }));
        Assert.That(
            rig.Reports[id].Select(status => status.State),
            Is.EqualTo(new[]
            {
                TaskState.Accepted, TaskState.Preparing, TaskState.Ready, TaskState.Starting, TaskState.Running,
            }));
    }

    [Test]
    public async Task The_echo_of_a_start_costs_one_look_at_most_and_later()
    {
        await using var rig = await new WorkerRig().StartAsync();
        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of()));
        await rig.UntilAsync(1, TaskState.Running);

        rig.Runtime.Exit(Assignments.Id(1), 3);
        await rig.Clock.UntilTimerAsync(TimeSpan.FromMilliseconds(100));
        Assert.That(rig.Runtime.CountOf("inspect"), Is.EqualTo(1));
        rig.Clock.Advance(TimeSpan.FromMilliseconds(100));

        await rig.UntilAsync(1, TaskState.Failed);
        Assert.That(rig.StatusOf(1)!.Error, Is.EqualTo("task: non-zero exit (3)"));
        Assert.That(rig.Runtime.CountOf("inspect"), Is.EqualTo(2));
    }

    [Test]
    public async Task Templates_are_filled_in_for_the_runtime()
    {
        await using var rig = await new WorkerRig().StartAsync();
        var wanted = Assignments.Of(2);
        var container = wanted.Template.Container with { Env = ["ME={{.Task.Name}} on {{.Node.Hostname}}"] };

        rig.Worker.Apply(Assignments.Complete(1, With(wanted, container)));
        await rig.UntilAsync(2, TaskState.Running);

        var prepared = rig.Runtime.Prepared[Assignments.Id(2)];
        Assert.That(prepared.Container.Env, Is.EqualTo(new[] { $"ME=web.2.{Assignments.Id(2)} on alpha" }));
        Assert.That(prepared.Name, Is.EqualTo($"web.2.{Assignments.Id(2)}"));
    }

    [Test]
    public async Task A_label_that_a_template_needs_and_the_service_lacks_rejects_the_task()
    {
        await using var rig = await new WorkerRig().StartAsync();
        var wanted = Assignments.Of();
        var container = wanted.Template.Container with { Hostname = "{{.Service.Labels.zone}}" };

        rig.Worker.Apply(Assignments.Complete(1, With(wanted, container)));

        await rig.UntilAsync(1, TaskState.Rejected);
        Assert.That(rig.StatusOf(1)!.Error, Does.StartWith("template: hostname: the service has no label \"zone\""));
        Assert.That(rig.Runtime.CountOf("prepare"), Is.Zero);
    }

    [Test]
    public async Task A_removed_task_is_stopped_removed_and_forgotten()
    {
        await using var rig = await new WorkerRig().StartAsync();
        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of()));
        await rig.UntilAsync(1, TaskState.Running);

        rig.Worker.Apply(Assignments.Remove(1, Assignments.Id(1)));
        await rig.UntilForgottenAsync(1);

        Assert.That(rig.Runtime.Containers, Is.Empty);
        Assert.That(rig.Runtime.Calls, Does.Contain($"stop c-{Assignments.Id(1)} 10"));
    }

    [Test]
    public async Task A_complete_set_ends_what_is_not_in_it_and_keeps_the_rest()
    {
        await using var rig = await new WorkerRig().StartAsync();
        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of(1), Assignments.Of(2)));
        await rig.UntilAsync(1, TaskState.Running);
        await rig.UntilAsync(2, TaskState.Running);

        rig.Worker.Apply(Assignments.Complete(7, Assignments.Of(2)));
        await rig.UntilForgottenAsync(1);

        Assert.That(rig.Runtime.Containers.Single().TaskId, Is.EqualTo(Assignments.Id(2)));
        Assert.That(rig.Runtime.CountOf("start"), Is.EqualTo(2));
    }

    [Test]
    public async Task Tasks_of_a_killed_daemon_are_adopted_before_any_manager_answers_and_never_started_twice()
    {
        await using var rig = new WorkerRig();
        rig.Runtime.Add(Container(1, ContainerState.Running));
        rig.Runtime.Add(Container(2, ContainerState.Exited) with { ExitCode = 4 });
        rig.Runtime.Add(Container(3, ContainerState.Running));
        var first = TaskRecord.New(Assignments.Of(1) with { Known = new TaskStatus { State = TaskState.Preparing } });
        var second = TaskRecord.New(Assignments.Of(2) with { Known = new TaskStatus { State = TaskState.Running } });

        await rig.StartAsync(first, second);
        await rig.UntilAsync(1, TaskState.Running);
        await rig.UntilAsync(2, TaskState.Failed);
        Assert.That(rig.StatusOf(2)!.Error, Is.EqualTo("task: non-zero exit (4)"));
        Assert.That(rig.Runtime.Containers, Has.Count.EqualTo(3), "nobody has said that the third may go");

        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of(1), Assignments.Of(2), Assignments.Of(3)));
        await rig.UntilAsync(3, TaskState.Running);
        Assert.That(rig.Runtime.CountOf("prepare") + rig.Runtime.CountOf("start"), Is.Zero);
    }

    [Test]
    public async Task A_container_of_an_unassigned_task_is_stopped_and_removed_exactly_once()
    {
        await using var rig = new WorkerRig();
        rig.Runtime.Add(Container(5, ContainerState.Running));
        await rig.StartAsync();

        rig.Worker.Apply(Assignments.Complete(1));
        rig.Worker.Apply(Assignments.Complete(2));
        await Eventually.TrueAsync(() => rig.Runtime.Containers.Count == 0, "the leftover is gone");
        await rig.UntilForgottenAsync(5);

        Assert.That((rig.Runtime.CountOf("stop"), rig.Runtime.CountOf("remove")), Is.EqualTo((1, 1)));
        Assert.That(rig.Reports, Is.Empty, "nobody is told about a task that nobody knows");
    }

    [Test]
    public async Task What_managers_do_not_know_after_a_reconnect_is_told_again_and_nothing_else()
    {
        await using var rig = await new WorkerRig().StartAsync();
        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of(1), Assignments.Of(2)));
        await rig.UntilAsync(1, TaskState.Running);
        await rig.UntilAsync(2, TaskState.Running);
        Drain(rig.Outbox);

        rig.Worker.Apply(Assignments.Complete(
            9, Assignments.Of(1), Assignments.Of(2) with { Known = rig.StatusOf(2)! }));

        var report = rig.Outbox.Take();
        Assert.That(report!.Updates.Select(update => update.TaskId), Is.EqualTo(new[] { Assignments.Id(1) }));
        Assert.That(report.Updates[0].Status.State, Is.EqualTo(TaskState.Running));
    }

    [Test]
    public async Task A_long_pull_is_given_up_when_the_task_shall_stop()
    {
        await using var rig = await new WorkerRig().StartAsync();
        var pulling = new TaskCompletionSource();
        rig.Runtime.Before = async (call, ct) =>
        {
            if (!call.StartsWith("prepare", StringComparison.Ordinal))
                return;
            pulling.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, rig.Clock, ct);
        };
        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of()));
        await pulling.Task.WaitAsync(TimeSpan.FromSeconds(20));

        rig.Worker.Apply(Assignments.Change(1, Assignments.Of(desired: TaskState.Shutdown)));

        await rig.UntilAsync(1, TaskState.Shutdown);
        Assert.That(rig.Runtime.CountOf("start"), Is.Zero);
    }

    [Test]
    public async Task A_lost_hint_is_made_up_for_by_the_sweep()
    {
        await using var rig = await new WorkerRig().StartAsync();
        rig.Runtime.SendsEvents = false;
        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of()));
        await rig.UntilAsync(1, TaskState.Running);
        rig.Runtime.Exit(Assignments.Id(1), 0);

        await rig.Clock.UntilTimerAsync(TimeSpan.FromSeconds(30));
        rig.Clock.Advance(TimeSpan.FromSeconds(30));

        await rig.UntilAsync(1, TaskState.Complete);
    }

    [Test]
    public async Task An_engine_that_is_away_fails_no_task_and_its_return_is_used_at_once()
    {
        await using var rig = await new WorkerRig().StartAsync();
        var isAway = true;
        rig.Runtime.Before = (_, _) => Volatile.Read(ref isAway)
            ? throw new RuntimeException(RuntimeFailure.Unavailable, "the engine does not answer")
            : Task.CompletedTask;
        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of()));
        await rig.Clock.UntilTimerAsync(TimeSpan.FromMilliseconds(250));
        Assert.That(rig.StatusOf(1)!.Error, Is.EqualTo("the engine does not answer"));

        Volatile.Write(ref isAway, false);
        rig.Worker.Recover();

        await rig.UntilAsync(1, TaskState.Running);
    }

    [Test]
    public async Task What_shares_of_another_waits_for_it_and_goes_on_as_soon_as_that_runs()
    {
        await using var rig = await new WorkerRig().StartAsync();
        var pulled = new TaskCompletionSource();
        rig.Runtime.Before = (call, _) =>
            call == $"prepare {Assignments.Id(1)}" ? pulled.Task
            : call == $"prepare {Assignments.Id(2)}" && rig.StatusOf(1)?.State != TaskState.Running
                ? throw new RuntimeException(RuntimeFailure.NotYet, "waiting for s")
                : Task.CompletedTask;
        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of(), Assignments.Of(2) with
        {
            ServiceLabels = StringMap.Empty.Add(Dependencies.NetworkFrom, "s"),
            Shared = [new SharedTask { Service = "s", TaskId = Assignments.Id(1) }],
        }));
        await rig.Clock.UntilTimerAsync(TimeSpan.FromMilliseconds(250));
        Assert.That(rig.StatusOf(2), Has.Property("State").EqualTo(TaskState.Preparing).And.Property("Error").EqualTo("waiting for s"));

        pulled.SetResult();

        await rig.UntilAsync(2, TaskState.Running); // the clock stands still
        Assert.That(rig.Runtime.Prepared[Assignments.Id(2)].Shared, Is.EqualTo(
            new[] { new SharedSource(Assignments.Id(1), new Dependency("s") { Network = true }) }));
    }

    [Test]
    public async Task What_begins_to_run_while_a_sharer_looks_for_it_is_not_missed()
    {
        await using var rig = await new WorkerRig().StartAsync();
        var (looks, isThere) = (new TaskCompletionSource(), new TaskCompletionSource());
        rig.Runtime.Before = async (call, _) =>
        {
            if (call == $"prepare {Assignments.Id(1)}")
                await looks.Task;
            if (call != $"prepare {Assignments.Id(2)}" || !looks.TrySetResult())
                return;
            await isThere.Task; // the answer is older than that
            throw new RuntimeException(RuntimeFailure.NotYet, "waiting for s");
        };
        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of(), Assignments.Of(2) with
        {
            ServiceLabels = StringMap.Empty.Add(Dependencies.VolumesFrom, "s"),
            Shared = [new SharedTask { Service = "s", TaskId = Assignments.Id(1) }],
        }));
        await rig.UntilAsync(1, TaskState.Running);

        isThere.SetResult();

        await rig.UntilAsync(2, TaskState.Running); // the clock stands still
    }

    [Test]
    public async Task A_call_that_hangs_is_an_engine_that_does_not_answer()
    {
        await using var rig = await new WorkerRig().StartAsync();
        var hanging = new TaskCompletionSource();
        // Not even a cancellation ends it.
        rig.Runtime.Before = (call, _) => call.StartsWith("start", StringComparison.Ordinal) && hanging.TrySetResult()
            ? new TaskCompletionSource().Task
            : Task.CompletedTask;
        rig.Worker.Apply(Assignments.Complete(1, Assignments.Of()));
        await hanging.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await rig.Clock.UntilTimerAsync(TimeSpan.FromMinutes(2));
        rig.Clock.Advance(TimeSpan.FromMinutes(2));
        await rig.Clock.UntilTimerAsync(TimeSpan.FromMilliseconds(250));
        Assert.That(rig.Failed, Does.Contain("Start: the runtime has not answered in 120 s"));

        rig.Clock.Advance(TimeSpan.FromSeconds(1));

        await rig.UntilAsync(1, TaskState.Running);
    }

    [Test]
    public async Task No_more_calls_at_once_than_allowed()
    {
        await using var rig = await new WorkerRig(parallelism: 3).StartAsync();
        var (now, most) = (0, 0);
        rig.Runtime.Before = async (call, _) =>
        {
            if (!call.StartsWith("prepare", StringComparison.Ordinal))
                return;
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
        };

        var tasks = Enumerable.Range(1, 40).ToList();
        rig.Worker.Apply(Assignments.Complete(1, [.. tasks.Select(number => Assignments.Of(number))]));
        foreach (var task in tasks)
            await rig.UntilAsync(task, TaskState.Running);

        Assert.That(most, Is.InRange(1, 3));
    }

    [Test]
    public async Task Leaving_stops_and_removes_everything_and_also_what_nobody_assigned()
    {
        await using var rig = new WorkerRig();
        rig.Runtime.Add(Container(9, ContainerState.Running));
        await rig.StartAsync();
        rig.Worker.Apply(Assignments.Change(0, Assignments.Of(1), Assignments.Of(2)));
        await rig.UntilAsync(1, TaskState.Running);
        await rig.UntilAsync(2, TaskState.Running);

        await rig.Worker.StopAllAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(rig.Runtime.Containers, Is.Empty);
        Assert.That(rig.TaskCount, Is.Zero);
    }

    private static ContainerObservation Container(int task, ContainerState state) =>
        new(FakeRuntime.ContainerIdOf(Assignments.Id(task)), Assignments.Id(task), state)
        {
            Pid = state == ContainerState.Running ? 50 + task : 0,
        };

    private static Assignment With(Assignment wanted, ContainerSpec container) =>
        wanted with { Template = wanted.Template with { Container = container } };

    private static void Drain(StatusOutbox outbox)
    {
        while (outbox.Take() is { } report)
            outbox.Acknowledge(report.Number);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen; seen = most)
        {
            if (Interlocked.CompareExchange(ref most, value, seen) == seen)
                return;
        }
    }
}
