using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Agents;

[TestFixture]
[CancelAfter(60_000)]
internal sealed class AgentSessionTests
{
    private AgentRig _rig = null!;
    private ScriptedManager _manager = null!;

    [SetUp]
    public async Task SetUp()
    {
        _rig = new AgentRig();
        _manager = await _rig.AddManagerAsync();
    }

    [TearDown]
    public async Task TearDown() => await _rig.DisposeAsync();

    [Test]
    public async Task An_agent_greets_with_its_description_and_its_certificate()
    {
        var session = await ConnectAsync();

        var hello = await session.HearAsync<AgentHello>();

        Assert.That((hello.Description.Hostname, hello.Description.Runtime), Is.EqualTo(("alpha", "fake")));
        Assert.That(hello.Description.RuntimeError, Is.Empty);
        Assert.That(session.Peer, Is.EqualTo(_rig.Identity.Current.Peer));
    }

    [Test]
    public async Task Labels_given_to_the_daemon_stand_above_those_of_the_engine_but_not_above_its_facts()
    {
        _rig.Runtime.EngineLabels = StringMap.Empty.Add("region", "us").Add("rack", "r1").Add("kernelversion", "6.1");
        _rig.EngineLabels = StringMap.Empty.Add("region", "eu").Add("kernelversion", "9").Add("storagedriver", "none");

        var hello = await (await ConnectAsync()).HearAsync<AgentHello>();

        Assert.That(hello.Description.EngineLabels.Select(label => $"{label.Key}={label.Value}"),
            Is.EqualTo(new[] { "kernelversion=6.1", "rack=r1", "region=eu" }));
    }

    [Test]
    public async Task What_the_host_keeps_back_and_what_it_has_beside_the_runtime_is_told()
    {
        var hello = await (await ConnectAsync()).HearAsync<AgentHello>();
        Assert.That(hello.Description.Reserved.MemoryBytes, Is.EqualTo(1 << 20));
        Assert.That(hello.Description.Resources.Generic, Does.Contain(new GenericResource { Kind = "gpu", Unit = "one" }));
    }

    [Test]
    public async Task An_assigned_task_is_run_and_reported()
    {
        var session = await ConnectAsync();

        await session.SendAsync(Assignments.Complete(1, Assignments.Of()));

        Assert.That((await session.HearAsync(Assignments.Id(1), TaskState.Running)).Container!.Pid, Is.Not.Zero);
        await session.SendAsync(Assignments.Change(1, Assignments.Of(desired: TaskState.Shutdown)));
        await session.HearAsync(Assignments.Id(1), TaskState.Shutdown);
    }

    [Test]
    public async Task Reports_gather_while_one_is_not_acknowledged()
    {
        var session = await ConnectAsync();
        var tasks = Enumerable.Range(1, 50).Select(number => Assignments.Of(number)).ToArray();

        await session.SendAsync(Assignments.Complete(1, tasks));
        var first = await session.HearAsync<AgentStatusReport>();
        await Eventually.TrueAsync(() => _rig.Runtime.CountOf("inspect") == tasks.Length, "all tasks have started");
        await session.SendAsync(new StatusReceipt { Number = first.Number });

        var newest = first.Updates.ToDictionary(update => update.TaskId, update => update.Status.State);
        var reports = 0;
        while (newest.Values.Count(state => state == TaskState.Running) < tasks.Length)
        {
            var report = await session.HearAsync<AgentStatusReport>();
            reports++;
            foreach (var update in report.Updates)
                newest[update.TaskId] = update.Status.State;
            await session.SendAsync(new StatusReceipt { Number = report.Number });
        }
        Assert.That(reports, Is.LessThanOrEqualTo(3), "fifty tasks with five states each");
    }

    [Test]
    public async Task Heartbeats_come_by_the_managers_period()
    {
        _manager.Settings = new SessionSettings { HeartbeatPeriod = TimeSpan.FromMilliseconds(50) };
        await ConnectAsync(); // ended by the agent: its pings would be too slow for that period
        var session = await _manager.SessionAsync();

        for (var beats = 0; beats < 5; beats++)
            await session.HearAsync<AgentHeartbeat>();
    }

    [Test]
    public async Task A_lost_frame_makes_the_agent_reconnect()
    {
        var session = await ConnectAsync();
        await session.SendAsync(Assignments.Complete(4, Assignments.Of(1)));
        await session.SendAsync(Assignments.Change(4, Assignments.Of(2)));
        await session.HearAsync(Assignments.Id(2), TaskState.Running);

        await session.SendAsync(Assignments.Change(6, Assignments.Of(3)));

        await session.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        var next = await _manager.SessionAsync();
        await next.SendAsync(Assignments.Complete(9, Assignments.Of(1), Assignments.Of(2), Assignments.Of(3)));
        await next.HearAsync(Assignments.Id(3), TaskState.Running);
        Assert.That(_rig.Runtime.CountOf("start"), Is.EqualTo(3));
    }

    [Test]
    public async Task An_incremental_set_without_a_complete_one_before_it_is_a_lost_frame()
    {
        var session = await ConnectAsync();

        await session.SendAsync(Assignments.Change(0, Assignments.Of(1)));

        await session.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(_rig.Runtime.CountOf("prepare"), Is.Zero);
    }

    [Test]
    public async Task Cut_off_tasks_go_on_and_what_happened_meanwhile_is_reported()
    {
        var session = await ConnectAsync();
        await session.SendAsync(Assignments.Complete(1, Assignments.Of(1), Assignments.Of(2)));
        await Eventually.TrueAsync(() => _rig.Runtime.CountOf("inspect") == 2, "both run");

        _manager.Refusal = 503;
        session.Abort();
        _rig.Runtime.Exit(Assignments.Id(1), 3);
        await Eventually.TrueAsync(() => _rig.Runtime.CountOf("inspect") >= 3, "the exit was seen");
        _manager.Refusal = null;

        var next = await _manager.SessionAsync();
        var status = await next.HearAsync(Assignments.Id(1), TaskState.Failed);
        Assert.That(status.Error, Is.EqualTo("task: non-zero exit (3)"));
        Assert.That(Running(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_report_without_receipt_is_sent_again_in_the_next_session()
    {
        var session = await ConnectAsync();
        await session.SendAsync(Assignments.Complete(1, Assignments.Of()));
        await session.HearAsync<AgentStatusReport>();
        session.Abort();

        var next = await _manager.SessionAsync();

        await next.HearAsync(Assignments.Id(1), TaskState.Running);
    }

    [Test]
    public async Task Another_manager_takes_over_also_one_that_only_a_session_has_named()
    {
        var second = await _rig.AddManagerAsync();
        _manager.Settings = new SessionSettings { Managers = [_manager.Address, second.Address] };
        await ConnectAsync();
        var path = Path.Combine(_rig.DirectoryPath, "assignments");
        await Eventually.TrueAsync(() => File.Exists(path), "state was saved");
        await _manager.DisposeAsync();

        var session = await second.SessionAsync();

        await session.HearAsync<AgentHello>();
    }

    [Test]
    public async Task A_restarted_agent_takes_its_tasks_up_and_finds_the_managers_again()
    {
        _manager.Settings = new SessionSettings { Managers = [_manager.Address] };
        var session = await ConnectAsync();
        await session.SendAsync(Assignments.Complete(1, Assignments.Of(1), Assignments.Of(2)));
        await Eventually.TrueAsync(() => _rig.Runtime.CountOf("inspect") == 2, "both run");
        await _rig.StopAsync();
        Assert.That(Running(), Is.EqualTo(2), "stopping ends no task");
        _rig.Runtime.Exit(Assignments.Id(2), 9);

        _rig.Start();

        var next = await _manager.SessionAsync();
        await next.SendAsync(Assignments.Complete(5, Assignments.Of(1), Assignments.Of(2)));
        Assert.That(
            (await next.HearAsync(Assignments.Id(2), TaskState.Failed)).Error, Is.EqualTo("task: non-zero exit (9)"));
        Assert.That((_rig.Runtime.CountOf("prepare"), _rig.Runtime.CountOf("start")), Is.EqualTo((2, 2)));
    }

    [Test]
    public async Task The_file_of_assignments_is_for_its_owner_only()
    {
        var session = await ConnectAsync();
        await session.SendAsync(Assignments.Complete(1, Assignments.Of(1) with { RegistryAuth = "secret" }));
        var path = Path.Combine(_rig.DirectoryPath, "assignments");
        await Eventually.TrueAsync(() => File.Exists(path), "state was saved");

        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task A_damaged_file_of_assignments_is_no_obstacle()
    {
        await File.WriteAllBytesAsync(Path.Combine(_rig.DirectoryPath, "assignments"), [0xc1, 0xff]);

        await (await ConnectAsync()).HearAsync<AgentHello>();
    }

    [Test]
    public async Task A_former_leader_is_not_obeyed_not_even_after_a_restart_but_a_new_incarnation_is()
    {
        _manager.Settings = new SessionSettings { Incarnation = 7, Term = 5 };
        var session = await ConnectAsync();
        await session.SendAsync(Assignments.Complete(1, Assignments.Of()));
        await session.HearAsync(Assignments.Id(1), TaskState.Running);

        _manager.Settings = new SessionSettings { Incarnation = 7, Term = 4 };
        session.Abort();
        var former = await _manager.SessionAsync();
        await former.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        await _rig.StopAsync();
        _manager.Settings = new SessionSettings { Incarnation = 7, Term = 3 };
        _rig.Start(_manager.Address);
        var again = await NextAsync(later => later.Greeting.Term == 3);
        await again.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(Running(), Is.EqualTo(1));

        _manager.Settings = new SessionSettings { Incarnation = 8, Term = 1 };
        var restored = await NextAsync(later => later.Greeting.Incarnation == 8);
        await restored.SendAsync(Assignments.Complete(1, Assignments.Of(desired: TaskState.Shutdown)));
        await restored.HearAsync(Assignments.Id(1), TaskState.Shutdown);
    }

    [Test]
    public async Task An_engine_that_stops_marks_the_node_and_its_return_too()
    {
        var session = await ConnectAsync();
        var isAway = true;
        _rig.Runtime.Before = (_, _) => Volatile.Read(ref isAway)
            ? throw new RuntimeException(RuntimeFailure.Unavailable, "the engine does not answer")
            : Task.CompletedTask;

        var away = await session.HearAsync<AgentDescription>();
        Assert.That(away.Description.RuntimeError, Is.EqualTo("the engine does not answer"));
        Assert.That(away.Description.EngineVersion, Is.EqualTo("1.0"), "what was known stays");
        Volatile.Write(ref isAway, false);

        Assert.That((await session.HearAsync<AgentDescription>()).Description.RuntimeError, Is.Empty);
    }

    [Test]
    public async Task A_removed_node_is_told_and_does_not_come_back()
    {
        var session = await ConnectAsync();
        await session.SendAsync(Assignments.Complete(1, Assignments.Of()));
        await session.HearAsync(Assignments.Id(1), TaskState.Running);

        await session.SendAsync(new NodeRemoved());

        await _rig.Removed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await _rig.Agent.StopAllTasksAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(_rig.Runtime.Containers, Is.Empty);
    }

    [Test]
    public async Task A_manager_that_freezes_is_noticed_in_three_heartbeat_periods()
    {
        _manager.Settings = new SessionSettings { HeartbeatPeriod = TimeSpan.FromSeconds(1) };
        await using var relay = new Relay(_manager.Address);
        _rig.Start(relay.Address);
        await _manager.SessionAsync();
        var session = await _manager.SessionAsync();
        await session.HearAsync<AgentHeartbeat>();

        var start = TimeProvider.System.GetTimestamp();
        relay.Freeze();
        await relay.AgentHungUp.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(3.5)));
    }

    [Test]
    public async Task A_clock_that_is_set_back_does_not_silence_the_agent()
    {
        _manager.Settings = new SessionSettings { HeartbeatPeriod = TimeSpan.FromSeconds(1) };
        _rig.Start(_manager.Address);
        await _manager.SessionAsync();
        var session = await _manager.SessionAsync();
        await session.HearAsync<AgentHeartbeat>();

        _rig.Clock.Set(-TimeSpan.FromMinutes(30));

        await session.HearAsync<AgentHeartbeat>();
        await session.HearAsync<AgentHeartbeat>();
    }

    [Test]
    public async Task While_all_tasks_are_stopped_no_session_brings_them_back()
    {
        var session = await ConnectAsync();
        await session.SendAsync(Assignments.Complete(1, Assignments.Of()));
        await session.HearAsync(Assignments.Id(1), TaskState.Running);

        var stopping = _rig.Agent.StopAllTasksAsync(CancellationToken.None);
        await session.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(_rig.Runtime.Containers, Is.Empty);
        _rig.Agent.ResumeSessions();
        var again = await _manager.SessionAsync();
        await again.SendAsync(Assignments.Complete(1, Assignments.Of()));
        await Eventually.TrueAsync(() => Running() == 1, "a node that stays runs its tasks again");
    }

    private async Task<ManagerSide> NextAsync(Func<ManagerSide, bool> wanted)
    {
        while (true)
            if (await _manager.SessionAsync() is var session && wanted(session))
                return session;
    }

    private int Running() => _rig.Runtime.Containers.Count(container => container.State == ContainerState.Running);

    private async Task<ManagerSide> ConnectAsync()
    {
        _rig.Start(_manager.Address);
        return await _manager.SessionAsync();
    }
}
