using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Dispatching;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Dispatching;

[CancelAfter(60_000)]
public sealed class LivenessLoopTests
{
    private static readonly NodeId Id = new("a");

    [Test]
    public async Task A_clock_that_is_set_forward_takes_no_node_down(CancellationToken ct)
    {
        var time = new FakeTimeProvider();
        var store = new StateStore();
        var proposer = new DirectProposer(store);
        proposer.Apply(Change.Create(new Node { Id = Id, Status = new NodeStatus { State = NodeState.Ready } }));
        var environment = new DispatchingEnvironment(store, proposer, time, IdSource.Secure);
        var sessions = new SessionTable(time);
        sessions.Open(Id);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var loop = new LivenessLoop(environment, sessions, new NodeWriter(environment), NullLogger.Instance)
            .RunAsync(stop.Token);
        await time.UntilTimerAsync(TimeSpan.FromSeconds(15));
        time.Advance(TimeSpan.FromSeconds(10));
        sessions.Touch(Id);
        time.Set(TimeSpan.FromHours(1));
        time.Advance(TimeSpan.FromSeconds(5));
        await time.UntilTimerAsync(TimeSpan.FromSeconds(10));
        Assert.That(store.Current.Node(Id)!.Status.State, Is.EqualTo(NodeState.Ready));
        await stop.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
