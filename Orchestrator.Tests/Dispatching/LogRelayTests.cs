using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Dispatching;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Dispatching;

[CancelAfter(60_000)]
public sealed class LogRelayTests
{
    private ManagerUnderTest leader = null!;
    private NodeIdentity other = null!;
    private NodeIdentity node = null!;

    [SetUp]
    public async Task SetUp()
    {
        leader = await ManagerUnderTest.StartAsync();
        other = leader.Pki.Manager(ManagerUnderTest.Now);
        leader.Members[other.NodeId] = true;
        node = leader.AddNode();
    }

    [TearDown]
    public async Task TearDown()
    {
        await leader.DisposeAsync();
        other.Dispose();
        node.Dispose();
    }

    [Test]
    public async Task A_manager_that_does_not_lead_reads_logs_through_the_one_that_does(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(leader, node, ct);
        var reading = CollectAsync(Relay(leader.Address.Authority), ct);
        var request = await agent.ReceiveAsync<LogRequest>(ct);
        Assert.That(request.Tasks, Is.EqualTo(new[] { new TaskId("a"), new TaskId("b") }));
        Assert.That(request.Options.Tail, Is.EqualTo(5));
        var upload = await agent.OpenLogAsync(request.RequestId, ct);
        await upload.SendAsync(new TaskId("a"), "a1\n", ct);
        await upload.SendAsync(new TaskId("b"), "b1\n", ct);
        await upload.CompleteAsync(ct);
        Assert.That(await reading, Is.EqualTo(new[] { "a1\n", "b1\n" }));
    }

    [Test]
    public async Task What_the_leader_misses_is_said(CancellationToken ct) => Assert.That(
        await CollectAsync(Relay(leader.Address.Authority), ct),
        Is.EqualTo(new[] { $"System node {node.NodeId} is not available\n" }));

    [Test]
    public async Task While_no_manager_leads_the_log_says_so(CancellationToken ct) => Assert.That(
        (await CollectAsync(Relay(""), ct)).Single(), Does.StartWith("System no log: no manager leads the cluster"));

    [Test]
    public async Task A_leader_that_cannot_be_reached_is_named(CancellationToken ct)
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var address = socket.LocalEndpoint.ToString()!;
        socket.Stop();
        Assert.That(
            (await CollectAsync(Relay(address), ct)).Single(),
            Does.StartWith($"System no log: cannot reach the manager at {address}"));
    }

    [Test]
    public async Task A_manager_that_does_not_lead_any_more_refuses_in_its_words(CancellationToken ct)
    {
        await leader.StopLeadingAsync();
        Assert.That(
            (await CollectAsync(Relay(leader.Address.Authority), ct)).Single(),
            Does.Contain($"the manager at {leader.Address.Authority} refuses: this manager does not lead"));
    }

    [Test]
    public async Task A_leader_that_is_lost_while_it_sends_lines_leaves_a_line_that_says_so(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(leader, node, ct);
        await using var lines = Relay(leader.Address.Authority).ReadAsync(Tasks, Everything, ct).GetAsyncEnumerator(ct);
        var first = lines.MoveNextAsync();
        var upload = await agent.OpenLogAsync((await agent.ReceiveAsync<LogRequest>(ct)).RequestId, ct);
        await upload.SendAsync(new TaskId("a"), "a1\n", ct);
        Assert.That(await first);
        await leader.StopLeadingAsync();
        Assert.That(await lines.MoveNextAsync());
        Assert.That(TextOf(lines.Current), Does.StartWith("System ").And.Contain("broken off"));
        Assert.That(await lines.MoveNextAsync(), Is.False);
        upload.BreakOff();
    }

    [Test]
    public async Task A_reader_that_leaves_stops_the_agents(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(leader, node, ct);
        var lines = Relay(leader.Address.Authority).ReadAsync(Tasks, Everything, ct).GetAsyncEnumerator(ct);
        var first = lines.MoveNextAsync();
        var request = await agent.ReceiveAsync<LogRequest>(ct);
        var upload = await agent.OpenLogAsync(request.RequestId, ct);
        await upload.SendAsync(new TaskId("a"), "a1\n", ct);
        Assert.That(await first);
        await lines.DisposeAsync();
        Assert.That((await agent.ReceiveAsync<LogCancel>(ct)).RequestId, Is.EqualTo(request.RequestId));
        upload.BreakOff();
    }

    [Test]
    public async Task A_reader_that_is_cancelled_while_it_waits_stops_the_agents(CancellationToken ct)
    {
        await using var agent = await ScriptedAgent.ConnectAsync(leader, node, ct);
        using var reader = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = CollectAsync(Relay(leader.Address.Authority), reader.Token);
        var request = await agent.ReceiveAsync<LogRequest>(ct);
        await reader.CancelAsync();
        Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await agent.ReceiveAsync<LogCancel>(ct)).RequestId, Is.EqualTo(request.RequestId));
    }

    [Test]
    public async Task Only_managers_are_served_and_not_more_than_the_limit(CancellationToken ct)
    {
        using var worker = leader.ClientOf(node);
        using var refused = await PostAsync(worker, [], ct);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        using var manager = leader.ClientOf(other);
        leader.Members.Clear();
        using var former = await PostAsync(manager, [], ct);
        Assert.That(former.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        leader.Members[other.NodeId] = true;
        using var malformed = await PostAsync(manager, [0xc1], ct);
        Assert.That(malformed.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        var request = new TaskLogsRequest
        {
            Nodes = [new NodeTasks { NodeId = node.NodeId, Tasks = [new TaskId(new string('x', 2_000_000))] }],
        };
        using var tooLarge = await PostAsync(manager, MessagePackSerializer.Serialize(request), ct);
        Assert.That(tooLarge.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await tooLarge.Content.ReadAsStringAsync(ct), Does.Contain("1048576 bytes"));
    }

    private static readonly LogOptions Everything = new() { Tail = 5 };

    private ILookup<NodeId, TaskId> Tasks =>
        new[] { new TaskId("a"), new TaskId("b") }.ToLookup(_ => node.NodeId, task => task);

    private LogRelay Relay(string address) => new(new LiveIdentity(other), TimeProvider.System, () => address);

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] body, CancellationToken ct) =>
        client.PostAsync(new Uri(ClusterPaths.ManagerLogs, UriKind.Relative), new ByteArrayContent(body), ct);

    private async Task<List<string>> CollectAsync(LogRelay relay, CancellationToken ct)
    {
        var texts = new List<string>();
        await foreach (var line in relay.ReadAsync(Tasks, Everything, ct))
            texts.Add(TextOf(line));
        return texts;
    }

    private static string TextOf(LogLine line) =>
        (line.Stream == LogStream.System ? "System " : "") + Encoding.UTF8.GetString(line.Text.Span);
}
