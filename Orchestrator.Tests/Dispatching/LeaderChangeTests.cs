using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Dispatching;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Dispatching;

[CancelAfter(60_000)]
public sealed class LeaderChangeTests
{
    private static readonly TimeSpan Grace = Defaults.HeartbeatPeriod * Defaults.HeartbeatGrace;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);
    private static readonly NodeId Id = new("a");

    private readonly FakeTimeProvider time = new();
    private StateStore store = null!;
    private DirectProposer proposer = null!;

    [SetUp]
    public void SetUp()
    {
        store = new StateStore();
        proposer = new DirectProposer(store);
        var service = new Service { Id = new ServiceId("s"), Spec = new ServiceSpec
        {
            Name = "web", Template = new TaskTemplate { Container = new ContainerSpec { Image = "app:1" } },
        } };
        proposer.Apply(
            Change.Create(new Node { Id = Id, Status = new NodeStatus { State = NodeState.Ready } }),
            Change.Create(service),
            Change.Create(new ServiceRevision { ServiceId = service.Id, Number = 1, Spec = service.Spec }),
            Change.Create(new ServiceTask
            {
                Id = new TaskId("t"), ServiceId = service.Id, Slot = 1, Revision = 1, NodeId = Id,
                Status = new TaskStatus { State = TaskState.Running },
            }));
    }

    [Test]
    public async Task A_new_leader_waits_twice_the_grace_for_nodes_it_has_not_heard_of(CancellationToken ct)
    {
        var before = store.Current.Index;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = Lead(stop.Token);

        await time.UntilTimerAsync(Grace);
        time.Advance(Grace);
        await time.UntilTimerAsync(Grace);
        time.Advance(Grace - Moment);
        Assert.That(store.Current.Index, Is.EqualTo(before), "nothing has changed: nothing gives cause to replace a task");

        time.Advance(Moment);
        await foreach (var change in store.WatchAsync(before, ct))
            if (change.Snapshot.Node(Id)!.Status.State == NodeState.Down)
                break;
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [Test]
    public async Task Each_new_leader_waits_from_its_own_start_on(CancellationToken ct)
    {
        var before = store.Current.Index;
        for (var leadership = 0; leadership < 5; leadership++)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var running = Lead(stop.Token);
            await time.UntilTimerAsync(Grace);
            time.Advance(Grace);
            await time.UntilTimerAsync(Grace);
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        Assert.That(store.Current.Index, Is.EqualTo(before));
    }

    private Task Lead(CancellationToken ct) => new Dispatcher(
        new DispatchingEnvironment(store, proposer, time, IdSource.Secure), NullLogger.Instance).RunAsync(ct);
}
