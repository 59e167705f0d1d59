using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Tests.Dispatching;

[CancelAfter(60_000)]
public sealed class SessionTests
{
    private ManagerUnderTest manager = null!;
    private NodeIdentity node = null!;

    [SetUp]
    public async Task SetUp()
    {
        manager = await ManagerUnderTest.StartAsync();
        node = manager.AddNode();
    }

    [TearDown]
    public async Task TearDown()
    {
        await manager.DisposeAsync();
        node.Dispose();
    }

    private Node Row => manager.State.Node(node.NodeId)!;

    [Test]
    public async Task The_first_message_holds_the_settings(CancellationToken ct)
    {
        manager.ManagerAddresses = ["10.0.0.1:2377"];
        await using var agent = await ScriptedAgent.OpenAsync(manager, node, ct);
        Assert.That(agent.Settings.HeartbeatPeriod, Is.EqualTo(TimeSpan.FromMinutes(1)));
        Assert.That(agent.Settings.Managers, Is.EqualTo(new[] { "10.0.0.1:2377" }));
        Assert.That(agent.Settings.Role, Is.EqualTo(NodeRole.Worker));
        Assert.That((agent.Settings.Incarnation, agent.Settings.Term), Is.EqualTo((7UL, 1UL)));
    }

    [Test]
    public async Task Changed_settings_are_sent_again(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        var spec = manager.Cluster.Spec with { HeartbeatPeriod = TimeSpan.FromSeconds(90) };
        manager.Update(manager.Cluster with { Spec = spec });
        var settings = await agent.ReceiveAsync<SessionSettings>(ct);
        Assert.That(settings.HeartbeatPeriod, Is.EqualTo(TimeSpan.FromSeconds(90)));
    }

    [Test]
    public async Task A_node_is_told_when_it_is_to_have_another_role(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        manager.Update(Row with { Spec = Row.Spec with { Role = NodeRole.Manager } });
        Assert.That((await agent.ReceiveAsync<SessionSettings>(ct)).Role, Is.EqualTo(NodeRole.Manager));
    }

    [Test]
    public async Task Agents_are_told_when_there_are_other_managers(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        manager.ManagerAddresses = ["10.0.0.1:2377", "10.0.0.2:2377"];
        manager.Dispatcher.ManagersChanged();
        Assert.That((await agent.ReceiveAsync<SessionSettings>(ct)).Managers, Is.EqualTo(manager.ManagerAddresses));
    }

    [Test]
    public async Task Hello_makes_the_node_ready_and_writes_down_what_it_says_of_itself(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        Assert.That(Row.Status.State, Is.EqualTo(NodeState.Ready));
        Assert.That(Row.Status.Address, Is.EqualTo("127.0.0.1"));
        Assert.That(Row.Description.Hostname, Is.EqualTo("host"));
    }

    [Test]
    public async Task Saying_hello_again_writes_nothing_when_nothing_changed(CancellationToken ct)
    {
        await using (await ScriptedAgent.ConnectAsync(manager, node, ct))
        {
        }
        var written = manager.Proposer.Proposals;
        await using var again = await ScriptedAgent.ConnectAsync(manager, node, ct);
        Assert.That(manager.Proposer.Proposals, Is.EqualTo(written));
    }

    [Test]
    public async Task A_new_description_is_written(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        var news = new NodeDescription { Hostname = "host", RuntimeError = "engine stopped" };
        await agent.SayAsync(new AgentDescription { Description = news }, ct);
        await manager.UntilAsync(state => state.Node(node.NodeId)!.Description.RuntimeError == "engine stopped", ct);
    }

    [Test]
    public async Task Assignments_come_complete_first_and_then_as_changes(CancellationToken ct)
    {
        var service = manager.AddService();
        var first = manager.AddTask(service, node.NodeId);
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        Assert.That(agent.First.Complete);
        Assert.That(agent.First.ResultsIn, Is.EqualTo(1));
        var assignment = agent.First.Put.Single();
        Assert.That(assignment.TaskId, Is.EqualTo(first.Id));
        Assert.That(assignment.ServiceName, Is.EqualTo("web"));
        Assert.That(assignment.Template.Container.Image, Is.EqualTo("app:1"));
        Assert.That(assignment.RegistryAuth, Is.EqualTo("auth"));

        var second = manager.AddTask(service, node.NodeId);
        var added = await agent.ReceiveAsync<AssignmentSet>(ct);
        Assert.That(added.Complete, Is.False);
        Assert.That((added.AppliesTo, added.ResultsIn), Is.EqualTo((1ul, 2ul)));
        Assert.That(added.Put.Single().TaskId, Is.EqualTo(second.Id));

        manager.Update(first with { Desired = TaskState.Shutdown });
        var stopped = await agent.ReceiveAsync<AssignmentSet>(ct);
        Assert.That(stopped.Put.Single().Desired, Is.EqualTo(TaskState.Shutdown));

        manager.Proposer.Apply(Change.Delete(manager.State.Task(second.Id)!));
        var removed = await agent.ReceiveAsync<AssignmentSet>(ct);
        Assert.That(removed.Put, Is.Empty);
        Assert.That(removed.Removed, Is.EqualTo(new[] { second.Id }));
        Assert.That((removed.AppliesTo, removed.ResultsIn), Is.EqualTo((3ul, 4ul)));
    }

    [Test]
    public async Task Tasks_of_other_nodes_and_an_agents_own_report_are_not_sent(CancellationToken ct)
    {
        using var other = manager.AddNode();
        var service = manager.AddService();
        var mine = manager.AddTask(service, node.NodeId);
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        manager.AddTask(service, other.NodeId);
        await agent.ReportAsync(1, ct, Update(mine, TaskState.Running));
        Assert.That((await agent.ReceiveAsync<StatusReceipt>(ct)).Number, Is.EqualTo(1));
        var next = manager.AddTask(service, node.NodeId);
        var set = await agent.ReceiveAsync<AssignmentSet>(ct);
        Assert.That(set.Put.Select(put => put.TaskId), Is.EqualTo(new[] { next.Id }));
    }

    [Test]
    public async Task A_receipt_comes_when_the_report_is_written(CancellationToken ct)
    {
        var task = manager.AddTask(manager.AddService(), node.NodeId);
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        await agent.ReportAsync(7, ct, Update(task, TaskState.Running));
        Assert.That((await agent.ReceiveAsync<StatusReceipt>(ct)).Number, Is.EqualTo(7));
        Assert.That(manager.State.Task(task.Id)!.Status.State, Is.EqualTo(TaskState.Running));
    }

    [Test]
    public async Task Reports_gather_while_one_is_being_written(CancellationToken ct)
    {
        var service = manager.AddService();
        var tasks = Enumerable.Range(0, 20).Select(_ => manager.AddTask(service, node.NodeId)).ToArray();
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        var before = manager.Proposer.Proposals;
        manager.Proposer.Hold();
        for (var i = 0; i < tasks.Length; i++)
            await agent.ReportAsync((ulong)i + 1, ct, Update(tasks[i], TaskState.Running));
        manager.Proposer.Release();
        ulong receipt = 0;
        while (receipt < 20)
            receipt = (await agent.ReceiveAsync<StatusReceipt>(ct)).Number;
        Assert.That(manager.State.Tasks.Values.Select(task => task.Status.State), Is.All.EqualTo(TaskState.Running));
        Assert.That(manager.Proposer.Proposals - before, Is.LessThan(20));
    }

    [Test]
    public async Task A_report_that_was_overtaken_is_decided_again(CancellationToken ct)
    {
        var task = manager.AddTask(manager.AddService(), node.NodeId);
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        manager.Proposer.BeOvertakenBy(Change.Update(task with { Desired = TaskState.Shutdown }));
        await agent.ReportAsync(1, ct, Update(task, TaskState.Running));
        await manager.UntilAsync(state => state.Task(task.Id)!.Status.State == TaskState.Running, ct);
        Assert.That(manager.State.Task(task.Id)!.Desired, Is.EqualTo(TaskState.Shutdown));
    }

    [Test]
    public async Task A_status_that_is_too_large_for_the_log_does_not_hold_up_the_others(CancellationToken ct)
    {
        var service = manager.AddService();
        var tasks = Enumerable.Range(0, 10).Select(_ => manager.AddTask(service, node.NodeId)).ToArray();
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        manager.Proposer.MaxBytes = 50_000;
        var updates = tasks.Select(task => Update(task, TaskState.Running)).ToArray();
        var container = new ContainerStatus { ContainerId = new string('x', 60_000) };
        updates[3] = updates[3] with { Status = updates[3].Status with { Container = container } };
        await agent.ReportAsync(1, ct, updates);
        await agent.ReceiveAsync<StatusReceipt>(ct);
        Assert.That(
            manager.State.Tasks.Values.Where(task => task.Status.State == TaskState.Running).Select(task => task.Id),
            Is.EquivalentTo(tasks.Where(task => task != tasks[3]).Select(task => task.Id)));
    }

    [Test]
    public async Task A_description_without_measure_ends_the_session(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.OpenAsync(manager, node, ct);
        await agent.SayAsync(
            new AgentHello { Description = new NodeDescription { Hostname = new string('x', 300_000) } }, ct);
        await agent.UntilClosedAsync(ct);
        Assert.That(Row.Description.Hostname, Is.Empty);
    }

    [Test]
    public async Task A_report_about_a_task_of_another_node_changes_nothing(CancellationToken ct)
    {
        using var other = manager.AddNode();
        var foreign = manager.AddTask(manager.AddService(), other.NodeId);
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        await agent.ReportAsync(1, ct, Update(foreign, TaskState.Failed));
        await agent.ReceiveAsync<StatusReceipt>(ct);
        Assert.That(manager.State.Task(foreign.Id)!.Status.State, Is.EqualTo(TaskState.Assigned));
    }

    [Test]
    public async Task A_newer_session_supersedes_the_one_before(CancellationToken ct)
    {
        await using var first = await ScriptedAgent.ConnectAsync(manager, node, ct);
        await using var second = await ScriptedAgent.ConnectAsync(manager, node, ct);
        await first.UntilClosedAsync(ct);
        manager.AddTask(manager.AddService(), node.NodeId);
        Assert.That((await second.ReceiveAsync<AssignmentSet>(ct)).Put, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_node_that_is_removed_is_told_so_and_so_is_one_that_comes_back(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        manager.Proposer.Apply(Change.Delete(Row));
        await agent.ReceiveAsync<NodeRemoved>(ct);
        await agent.UntilClosedAsync(ct);
        await using var again = await ScriptedAgent.OpenAsync(manager, node, ct);
        await again.ReceiveAsync<NodeRemoved>(ct);
    }

    [Test]
    public async Task A_node_that_was_called_down_while_it_is_connected_is_ready_again(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        manager.Update(Row with { Status = Row.Status with { State = NodeState.Down } });
        await manager.UntilAsync(state => state.Node(node.NodeId)!.Status.State == NodeState.Ready, ct);
    }

    [TestCase(new byte[] { 0xff, 0xff, 0xff, 0xff })]
    [TestCase(new byte[] { 0, 0, 0, 2, 0xc1, 0xc1 })]
    [TestCase(new byte[] { 0, 0, 0, 3, 0x92, 99, 0x90 })]
    [TestCase(new byte[] { 0, 0, 0, 3, 0x92, 1, 0x90 })] // a heartbeat before hello
    public async Task A_malformed_frame_ends_the_session(byte[] bytes, CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.OpenAsync(manager, node, ct);
        await agent.SayRawAsync(bytes, ct);
        await agent.UntilClosedAsync(ct);
        await using var again = await ScriptedAgent.ConnectAsync(manager, node, ct);
        Assert.That(again.First.Complete);
    }

    [Test]
    public async Task When_the_manager_stops_leading_its_sessions_end(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        await manager.StopLeadingAsync();
        await agent.UntilClosedAsync(ct);
    }

    [Test]
    public async Task The_next_leadership_serves_the_nodes_anew_and_writes_nothing_about_those_that_come_back(
        CancellationToken ct)
    {
        var task = manager.AddTask(manager.AddService(), node.NodeId);
        await using var before = await ScriptedAgent.ConnectAsync(manager, node, ct);
        await manager.StopLeadingAsync();
        var written = manager.Proposer.Proposals;
        manager.LeadAgain();
        await using var after = await ScriptedAgent.ConnectAsync(manager, node, ct);
        Assert.That(after.First.Complete);
        Assert.That(after.First.Put.Single().TaskId, Is.EqualTo(task.Id));
        Assert.That(manager.Proposer.Proposals, Is.EqualTo(written));
        await after.ReportAsync(1, ct, Update(task, TaskState.Running));
        Assert.That((await after.ReceiveAsync<StatusReceipt>(ct)).Number, Is.EqualTo(1));
    }

    private static TaskStatusUpdate Update(ServiceTask task, TaskState state) => new()
    {
        TaskId = task.Id, Status = new TaskStatus { State = state, Timestamp = ManagerUnderTest.Now },
    };
}
