using System.Buffers;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Serialization;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Store;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class StateStoreTests
{
    private readonly ControlPlane plane = new();

    [Test]
    public void An_object_has_the_version_of_the_entry_that_wrote_it()
    {
        var node = plane.AddNode("a");
        Assert.That(node.Meta.Version, Is.EqualTo(1));
        plane.ChangeNode("a", old => old with { ManagerAddress = "x" });
        Assert.That(plane.State.Node(node.Id)!.Meta.Version, Is.EqualTo(2));
    }

    [Test]
    public void A_change_of_an_older_version_is_refused_as_stale()
    {
        var node = plane.AddNode("a");
        plane.ChangeNode("a", old => old with { ManagerAddress = "x" });
        Assert.That(RefusalOf(Change.Update(node)), Is.EqualTo(new Refusal(RefusalKind.Stale, "Nodes/a")));
        Assert.That(RefusalOf(Change.Delete(node))!.Kind, Is.EqualTo(RefusalKind.Stale));
        Assert.That(RefusalOf(Change.Require(node))!.Kind, Is.EqualTo(RefusalKind.Stale));
    }

    [Test]
    public void What_is_gone_cannot_change_and_what_exists_cannot_be_created()
    {
        var node = plane.AddNode("a");
        Assert.That(RefusalOf(Change.Create(node))!.Kind, Is.EqualTo(RefusalKind.Exists));
        plane.Apply(Change.Delete(node));
        Assert.That(RefusalOf(Change.Update(node))!.Kind, Is.EqualTo(RefusalKind.Missing));
    }

    [Test]
    public void To_delete_or_require_what_was_never_there_is_refused([Values(1, 2)] int kind)
    {
        var change = new Change { Kind = (ChangeKind)kind, Table = Table.Revisions, Key = "none" };
        Assert.That(RefusalOf(change), Is.EqualTo(new Refusal(RefusalKind.Missing, "Revisions/none")));
    }

    [Test]
    public void A_refused_transaction_has_no_effect_at_all()
    {
        var node = plane.AddNode("a");
        plane.ChangeNode("a", old => old with { ManagerAddress = "x" });
        var before = plane.State;
        var other = new Node { Id = new NodeId("b") };
        Assert.That(RefusalOf(Change.Create(other), Change.Update(node)), Is.Not.Null);
        Assert.That(plane.State, Is.SameAs(before));
    }

    [Test]
    public void Names_are_unique_in_any_case_and_free_again_after_a_delete()
    {
        var id = plane.AddService("web", 1);
        var twin = new Service { Id = new ServiceId("twin"), Spec = plane.State.Service(id)!.Spec with { Name = "WEB" } };
        Assert.That(RefusalOf(Change.Create(twin)), Is.EqualTo(new Refusal(RefusalKind.NameTaken, "Services/WEB")));
        plane.Apply(Change.Delete(plane.State.Service(id)!));
        plane.Apply(Change.Create(twin));
        Assert.That(plane.State.ServiceNamed("wEb")!.Id, Is.EqualTo(twin.Id));
    }

    [Test]
    public void A_revision_stays_as_long_as_a_task_runs_it()
    {
        plane.AddNode("a");
        var id = plane.AddService("web", 1);
        plane.Settle();
        var revision = plane.State.Revision(id, 1)!;
        Assert.That(RefusalOf(Change.Delete(revision))!.Kind, Is.EqualTo(RefusalKind.InUse));
    }

    [Test]
    public void A_task_needs_its_revision()
    {
        var task = new ServiceTask { Id = new TaskId("t"), ServiceId = new ServiceId("nobody"), Revision = 1 };
        Assert.That(RefusalOf(Change.Create(task))!.Kind, Is.EqualTo(RefusalKind.Missing));
    }

    [Test]
    public void A_snapshot_restores_the_same_state_and_the_same_bytes()
    {
        plane.AddNode("a");
        plane.AddService("web", 5);
        plane.Converge();
        var written = Written(plane.Store);
        var restored = new StateStore();
        restored.Restore(plane.State.Index, written);
        Assert.That(Written(restored), Is.EqualTo(written));
        Assert.That(restored.Current.Index, Is.EqualTo(plane.State.Index));
        Assert.That(restored.Current.UsageOf(new NodeId("a")).Tasks, Is.EqualTo(5));
    }

    [Test]
    public void Replaying_the_log_gives_the_same_state()
    {
        plane.AddNode("a");
        var id = plane.AddService("web", 5);
        plane.Converge();
        plane.Scale(id, 2);
        plane.Converge();
        var replayed = new StateStore();
        for (var i = 0; i < plane.Log.Count; i++)
            replayed.Apply((ulong)i + 1, plane.Log[i]);
        Assert.That(Written(replayed), Is.EqualTo(Written(plane.Store)));
    }

    [Test]
    public void An_entry_that_cannot_be_read_is_an_error_and_not_a_refusal()
    {
        Assert.That(() => new StateStore().Apply(1, new byte[] { 0xc1 }), Throws.TypeOf<InvalidDataException>());
        var newer = MessagePackSerializer.Serialize(new Transaction { Format = 99 });
        Assert.That(() => new StateStore().Apply(1, newer), Throws.TypeOf<InvalidDataException>().With.Message.Contains("99"));
    }

    [Test]
    public async Task A_watcher_sees_the_newest_state_and_every_changed_key()
    {
        plane.AddNode("a");
        await using var watch = plane.Store.WatchAsync(0, CancellationToken.None).GetAsyncEnumerator();
        plane.AddNode("b");
        Assert.That(await watch.MoveNextAsync());
        Assert.That(watch.Current.Keys!.Value.Select(key => key.Key), Is.EqualTo(new[] { "a", "b" }));
        var next = watch.MoveNextAsync();
        Assert.That(next.IsCompleted, Is.False);
        plane.AddNode("c");
        Assert.That(await next);
        Assert.That(watch.Current.Keys!.Value.Select(key => key.Key), Is.EqualTo(new[] { "c" }));
        Assert.That(watch.Current.Snapshot.Nodes, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_watcher_that_fell_too_far_behind_is_told_to_look_at_everything()
    {
        await using var watch = plane.Store.WatchAsync(1, CancellationToken.None).GetAsyncEnumerator();
        plane.AddNode("a");
        for (var i = 0; i < 20_000; i++)
            plane.ChangeNode("a", node => node with { ManagerAddress = $"{i}" });
        Assert.That(await watch.MoveNextAsync());
        Assert.That(watch.Current.Keys, Is.Null);
    }

    [Test]
    public void A_snapshot_is_of_the_moment_it_was_taken_whenever_it_is_written()
    {
        plane.AddNode("a");
        var before = Written(plane.Store);
        var write = plane.Store.TakeSnapshot();
        plane.AddNode("b");
        var output = new ArrayBufferWriter<byte>();
        write(output);
        Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(before));
    }

    private static byte[] Written(StateStore store)
    {
        var output = new ArrayBufferWriter<byte>();
        store.TakeSnapshot()(output);
        return output.WrittenSpan.ToArray();
    }

    private Refusal? RefusalOf(params ReadOnlySpan<Change> changes) => plane.Propose(Transaction.Of(changes)).Refusal;
}
