using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Primitives;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Dispatching;

namespace Orchestrator.Tests.Orchestration;

[CancelAfter(60_000)]
public sealed class ControllerLoopTests
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider time = new();
    private StateStore store = null!;
    private DirectProposer proposer = null!;

    [SetUp]
    public void OneNode()
    {
        store = new StateStore();
        proposer = new DirectProposer(store);
        proposer.Apply(Change.Create(new Node { Id = new NodeId("a") }));
    }

    [Test]
    public async Task A_wait_longer_than_any_timer_does_not_end_the_loop(CancellationToken ct)
    {
        var controller = new ScriptedController(_ => new ControllerDecision([], time.GetUtcNow().AddDays(1000)));
        await using var loop = Run(controller, ct);
        await time.UntilTimerAsync(LongestWait);
        time.Advance(LongestWait);
        await controller.DecidedAsync(times: 2, ct);
    }

    [Test]
    public async Task A_clock_that_is_set_back_delays_nothing_by_more_than_a_minute(CancellationToken ct)
    {
        var decided = 0;
        var controller = new ScriptedController(_ => new ControllerDecision(
            [], decided++ == 0 ? time.GetUtcNow().AddSeconds(5) : null));
        await using var loop = Run(controller, ct);
        await time.UntilTimerAsync(TimeSpan.FromSeconds(5));
        time.Set(-TimeSpan.FromDays(1));
        time.Advance(TimeSpan.FromSeconds(5));
        await controller.DecidedAsync(times: 2, ct);
    }

    [Test]
    public async Task A_decision_that_is_refused_for_ever_is_made_again_less_and_less_often(CancellationToken ct)
    {
        var outdated = store.Current.Node(new NodeId("a"))! with { Meta = new ObjectMeta { Version = 77 } };
        var controller = new ScriptedController(_ => new ControllerDecision(
            [Transaction.Of(Change.Update(outdated))], null));
        await using var loop = Run(controller, ct);
        foreach (var milliseconds in new[] { 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_000, 10_000 })
        {
            await time.UntilTimerAsync(TimeSpan.FromMilliseconds(milliseconds));
            time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        }
    }

    [Test]
    public async Task A_decision_that_cannot_be_written_does_not_end_the_loop(CancellationToken ct)
    {
        proposer.MaxBytes = 10;
        var controller = new ScriptedController(_ => new ControllerDecision(
            [Transaction.Of(Change.Update(store.Current.Node(new NodeId("a"))!))], null));
        await using var loop = Run(controller, ct);
        await time.UntilTimerAsync(TimeSpan.FromMilliseconds(20));
        proposer.MaxBytes = int.MaxValue;
        time.Advance(TimeSpan.FromMilliseconds(20));
        await controller.DecidedAsync(times: 2, ct);
    }

    [Test]
    public async Task A_leadership_may_end_while_a_decision_is_being_written(CancellationToken ct)
    {
        proposer.Hold();
        var controller = new ScriptedController(_ => new ControllerDecision(
            [Transaction.Of(Change.Update(store.Current.Node(new NodeId("a"))!))], null));
        await using (Run(controller, ct))
            await Eventually.True("a proposal is under way", () => proposer.Proposals > 0);
    }

    [Test]
    public void A_large_decision_is_written_in_parts_that_leave_no_slot_half_done()
    {
        var plane = new ControlPlane();
        for (var i = 0; i < 10; i++)
            plane.AddNode($"n{i}");
        var id = plane.AddService("web", 1800);
        plane.Converge();
        for (var i = 0; i < 10; i++)
            plane.SetNodeState($"n{i}", NodeState.Down);
        var context = new ReconcileContext(plane.State, plane.Now, plane.Ids);
        var parts = new ServiceController().Decide(context, id.Value).Parts;
        Assert.That(parts, Has.Length.GreaterThan(1));
        foreach (var part in parts)
        {
            Assert.That(part.Changes, Has.Length.LessThan(600));
            Assert.That(plane.Propose(part).Refusal, Is.Null);
            Assert.That(plane.Wanted(id).Select(task => task.Slot), Is.Unique);
            Assert.That(plane.Wanted(id), Has.Length.EqualTo(1800));
        }
    }

    private Loop Run(ScriptedController controller, CancellationToken ct) => new(
        new ControllerLoop(
            controller,
            new ControllerEnvironment(store, proposer, time, IdSource.Secure, static () => 0),
            NullLogger.Instance),
        ct);

    private sealed class Loop : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop;
        private readonly Task running;

        public Loop(ControllerLoop loop, CancellationToken ct)
        {
            stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            running = loop.RunAsync(stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            Assert.That(running.IsFaulted, Is.False, $"the loop has ended: {running.Exception}");
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
            Assert.That(running.IsCanceled, $"the loop has not ended as it was told to: {running.Exception}");
        }
    }

    private sealed class ScriptedController(Func<ReconcileContext, ControllerDecision> decide) : IController
    {
        private readonly Channel<bool> decisions = Channel.CreateBounded<bool>(1000);

        public string Name => "scripted";

        public IEnumerable<string> KeysOf(StateChange change, StateSnapshot before) =>
            before.Index == 0 ? ["key"] : [];

        public ControllerDecision Decide(ReconcileContext context, string key)
        {
            decisions.Writer.TryWrite(true);
            return decide(context);
        }

        public async Task DecidedAsync(int times, CancellationToken ct)
        {
            for (var i = 0; i < times; i++)
                await decisions.Reader.ReadAsync(ct).AsTask().WaitAsync(TimeSpan.FromSeconds(20), ct);
        }
    }
}
