using System.Net;
using System.Text;
using Orchestrator.Model;
using Orchestrator.Security;

namespace Orchestrator.Tests.Dispatching;

[CancelAfter(60_000)]
public sealed class LogBrokerTests
{
    private static readonly LogOptions Everything = new() { Tail = 5 };

    private ManagerUnderTest manager = null!;
    private NodeIdentity one = null!;
    private NodeIdentity two = null!;

    [SetUp]
    public async Task SetUp()
    {
        manager = await ManagerUnderTest.StartAsync();
        (one, two) = (manager.AddNode(), manager.AddNode());
    }

    [TearDown]
    public async Task TearDown()
    {
        await manager.DisposeAsync();
        one.Dispose();
        two.Dispose();
    }

    [Test]
    public async Task Lines_of_all_nodes_are_merged_and_end_when_all_have_ended(CancellationToken ct)
    {
        await using var first = await ScriptedAgent.ConnectAsync(manager, one, ct);
        await using var second = await ScriptedAgent.ConnectAsync(manager, two, ct);
        var reading = CollectAsync([(one, "a"), (two, "b")], ct);
        foreach (var (agent, task) in new[] { (first, "a"), (second, "b") })
        {
            var request = await agent.ReceiveAsync<LogRequest>(ct);
            Assert.That(request.Tasks, Is.EqualTo(new[] { new TaskId(task) }));
            Assert.That(request.Options.Tail, Is.EqualTo(5));
            var upload = await agent.OpenLogAsync(request.RequestId, ct);
            await upload.SendAsync(new TaskId(task), $"{task}1\n", ct);
            await upload.SendAsync(new TaskId(task), $"{task}2\n", ct);
            await upload.CompleteAsync(ct);
            Assert.That((await upload.Answer).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }
        Assert.That(await reading, Is.EquivalentTo(new[] { "a1\n", "a2\n", "b1\n", "b2\n" }));
        Assert.That(manager.Dispatcher.Logs.OpenParts, Is.Zero);
    }

    [Test]
    public async Task A_node_that_is_not_connected_is_named_and_the_others_are_read(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, one, ct);
        var reading = CollectAsync([(one, "a"), (two, "b")], ct);
        var upload = await agent.OpenLogAsync((await agent.ReceiveAsync<LogRequest>(ct)).RequestId, ct);
        await upload.SendAsync(new TaskId("a"), "a1\n", ct);
        await upload.CompleteAsync(ct);
        Assert.That(
            await reading, Is.EquivalentTo(new[] { "a1\n", $"System node {two.NodeId} is not available\n" }));
    }

    [Test]
    public async Task A_node_that_goes_away_before_it_answers_is_named(CancellationToken ct)
    {
        var agent = await ScriptedAgent.ConnectAsync(manager, one, ct);
        var reading = CollectAsync([(one, "a")], ct);
        await agent.ReceiveAsync<LogRequest>(ct);
        await agent.DisposeAsync();
        Assert.That(await reading, Is.EqualTo(new[] { $"System node {one.NodeId} is not available\n" }));
    }

    [Test]
    public async Task A_reader_that_leaves_stops_the_agents(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, one, ct);
        var lines = manager.Dispatcher.Logs.ReadAsync(Tasks([(one, "a")]), Everything, ct).GetAsyncEnumerator(ct);
        var first = lines.MoveNextAsync();
        var request = await agent.ReceiveAsync<LogRequest>(ct);
        var upload = await agent.OpenLogAsync(request.RequestId, ct);
        await upload.SendAsync(new TaskId("a"), "a1\n", ct);
        Assert.That(await first);
        await lines.DisposeAsync();
        Assert.That((await agent.ReceiveAsync<LogCancel>(ct)).RequestId, Is.EqualTo(request.RequestId));
        Assert.That((await upload.Answer).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(manager.Dispatcher.Logs.OpenParts, Is.Zero);
        upload.BreakOff();
    }

    [Test]
    public async Task A_reader_that_is_cancelled_before_anything_came_leaves_nothing(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, one, ct);
        using var reader = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = CollectAsync([(one, "a")], reader.Token);
        var request = await agent.ReceiveAsync<LogRequest>(ct);
        await reader.CancelAsync();
        Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await agent.ReceiveAsync<LogCancel>(ct)).RequestId, Is.EqualTo(request.RequestId));
        Assert.That(manager.Dispatcher.Logs.OpenParts, Is.Zero);
        var late = await agent.OpenLogAsync(request.RequestId, ct);
        Assert.That((await late.Answer).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        late.BreakOff();
    }

    [Test]
    public async Task A_stream_that_ends_in_good_order_before_the_logs_do_has_broken_off(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, one, ct);
        var reading = CollectAsync([(one, "a")], ct);
        var upload = await agent.OpenLogAsync((await agent.ReceiveAsync<LogRequest>(ct)).RequestId, ct);
        await upload.SendAsync(new TaskId("a"), "a1\n", ct);
        upload.BreakOff();
        Assert.That(
            await reading, Is.EqualTo(new[] { "a1\n", $"System the log from node {one.NodeId} has broken off\n" }));
    }

    [Test]
    public async Task Another_node_cannot_write_into_the_log(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, one, ct);
        await using var stranger = await ScriptedAgent.ConnectAsync(manager, two, ct);
        var reading = CollectAsync([(one, "a")], ct);
        var request = await agent.ReceiveAsync<LogRequest>(ct);
        var forged = await stranger.OpenLogAsync(request.RequestId, ct);
        Assert.That((await forged.Answer).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        forged.BreakOff();
        var upload = await agent.OpenLogAsync(request.RequestId, ct);
        await upload.CompleteAsync(ct);
        Assert.That(await reading, Is.Empty);
    }

    [Test]
    public async Task A_line_of_a_task_that_nobody_asked_for_breaks_the_stream(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, one, ct);
        var reading = CollectAsync([(one, "a")], ct);
        var upload = await agent.OpenLogAsync((await agent.ReceiveAsync<LogRequest>(ct)).RequestId, ct);
        await upload.SendAsync(new TaskId("b"), "forged\n", ct);
        Assert.That((await upload.Answer).StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        upload.BreakOff();
        Assert.That(await reading, Is.EqualTo(new[] { $"System the log from node {one.NodeId} has broken off\n" }));
    }

    [Test]
    public async Task Many_readers_that_leave_early_leave_nothing(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(manager, one, ct);
        for (var i = 0; i < 200; i++)
        {
            await using var lines = manager.Dispatcher.Logs.ReadAsync(Tasks([(one, "a")]), Everything, ct)
                .GetAsyncEnumerator(ct);
            var first = lines.MoveNextAsync();
            var upload = await agent.OpenLogAsync((await agent.ReceiveAsync<LogRequest>(ct)).RequestId, ct);
            await upload.SendAsync(new TaskId("a"), "line\n", ct);
            Assert.That(await first);
            await lines.DisposeAsync();
            await agent.ReceiveAsync<LogCancel>(ct);
            (await upload.Answer).Dispose();
            upload.BreakOff();
        }
        Assert.That(manager.Dispatcher.Logs.OpenParts, Is.Zero);
    }

    private async Task<List<string>> CollectAsync((NodeIdentity Node, string Task)[] tasks, CancellationToken ct)
    {
        var texts = new List<string>();
        await foreach (var line in manager.Dispatcher.Logs.ReadAsync(Tasks(tasks), Everything, ct))
            texts.Add((line.Stream == LogStream.System ? "System " : "") + Encoding.UTF8.GetString(line.Text.Span));
        return texts;
    }

    private static ILookup<NodeId, TaskId> Tasks((NodeIdentity Node, string Task)[] tasks) =>
        tasks.ToLookup(item => item.Node.NodeId, item => new TaskId(item.Task));
}
