using Orchestrator.Model;

namespace Orchestrator.Tests.Dispatching;

[CancelAfter(60_000)]
public sealed class HeartbeatTests
{
    [Test]
    public async Task A_silent_node_is_down_its_session_ends_and_it_is_ready_again_when_it_is_back(CancellationToken ct)
    {
        await using var manager = await ManagerUnderTest.StartAsync(TimeSpan.FromMilliseconds(100));
        using var node = manager.AddNode();
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        var down = await manager.UntilAsync(state => state.Node(node.NodeId)!.Status.State == NodeState.Down, ct);
        Assert.That(down.Node(node.NodeId)!.Status.Message, Is.EqualTo("heartbeat failure"));
        await agent.UntilClosedAsync(ct);
        var back = manager.UntilAsync(state => state.Node(node.NodeId)!.Status.State == NodeState.Ready, ct);
        await using var again = await ScriptedAgent.OpenAsync(manager, node, ct);
        await again.SayAsync(new AgentHello(), ct);
        await back;
    }

    [Test]
    public async Task A_node_that_never_connects_is_down_after_a_while(CancellationToken ct)
    {
        await using var manager = await ManagerUnderTest.StartAsync(TimeSpan.FromMilliseconds(100));
        using var node = manager.AddNode();
        await manager.UntilAsync(state => state.Node(node.NodeId)!.Status.State == NodeState.Down, ct);
    }

    [Test]
    public async Task Heartbeats_keep_a_node_ready(CancellationToken ct)
    {
        await using var manager = await ManagerUnderTest.StartAsync(TimeSpan.FromMilliseconds(500));
        using var silent = manager.AddNode();
        using var node = manager.AddNode();
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        // The other node, not heard of from the start, has twice the grace: this one outlives it by its heartbeats only.
        var othersEnd = manager.UntilAsync(state => state.Node(silent.NodeId)!.Status.State == NodeState.Down, ct);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!othersEnd.IsCompleted && await beat.WaitForNextTickAsync(ct))
            await agent.SayAsync(new AgentHeartbeat(), ct);
        Assert.That((await othersEnd).Node(node.NodeId)!.Status.State, Is.EqualTo(NodeState.Ready));
    }
}
