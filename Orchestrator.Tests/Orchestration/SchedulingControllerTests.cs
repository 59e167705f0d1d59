using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Orchestration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SchedulingControllerTests
{
    private readonly ControlPlane plane = new();
    private readonly ServiceId service;

    /// <summary>One node with room for two of three tasks.</summary>
    public SchedulingControllerTests()
    {
        plane.AddNode("a");
        service = plane.AddService("web", 3, spec => spec with
        {
            Template = spec.Template with
            {
                Resources = new ResourceRequirements
                {
                    Reservations = new NodeResources { MemoryBytes = 2048 * ControlPlane.MiB },
                },
            },
        });
        plane.Converge();
        Assert.That(plane.State.UnplacedTasks.Count(), Is.EqualTo(1));
    }

    [Test]
    public void What_cannot_help_a_waiting_task_does_not_make_the_scheduler_look() => Assert.That(
        Looks(() =>
        {
            var running = plane.Running(service)[0];
            plane.Apply(Change.Update(running with { Status = running.Status with { Message = "still running" } }));
            plane.UpdateService(service, spec => spec, template: false);
        }),
        Is.False);

    [Test]
    public void Room_that_is_set_free_makes_it_look() =>
        Assert.That(Looks(() => plane.Report(plane.Running(service)[0], TaskState.Failed)), Is.True);

    [Test]
    public void A_new_node_makes_it_look() => Assert.That(Looks(() => plane.AddNode("b")), Is.True);

    [Test]
    public void A_new_task_makes_it_look() => Assert.That(
        Looks(() =>
        {
            var waiting = plane.State.UnplacedTasks.First();
            plane.Apply(Change.Create(waiting with { Id = new TaskId("new"), Meta = new ObjectMeta() }));
        }),
        Is.True);

    /// <summary>The one that wants to be near is looked at first, being older, and again when the other is there.</summary>
    [Test]
    public void What_others_want_to_be_near_to_makes_it_look_once_it_is_placed_or_named()
    {
        plane.AddNode("b");
        var follower = plane.AddService("follower", 1, spec => spec with
        {
            Labels = StringMap.Empty.Add("swarmnet.affinities", """["service==leader","com.example.tier==front"]"""),
        });
        plane.Converge();
        plane.Advance(TimeSpan.FromSeconds(1));
        var id = plane.AddService("leader", 1);
        plane.Apply([.. ServiceReconciler.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), id).Changes]);
        Assert.That(Looks(Schedule), Is.True);
        Assert.That(plane.Wanted(follower).Single().NodeId, Is.Null, "it is not labelled yet");
        Assert.That(Looks(() => plane.UpdateService(
            id, spec => spec with { Labels = StringMap.Empty.Add("com.example.tier", "front") }, template: false)), Is.True);
        Schedule();
        Assert.That(plane.Wanted(follower).Single().NodeId, Is.EqualTo(plane.Wanted(id).Single().NodeId));
    }

    private void Schedule()
    {
        var context = new ReconcileContext(plane.State, plane.Now, plane.Ids);
        foreach (var part in new SchedulingController().Decide(context, "pending").Parts)
            Assert.That(plane.Propose(part).Refusal, Is.Null);
    }

    private bool Looks(Action change)
    {
        var controller = new SchedulingController();
        controller.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), "pending"); // it knows what waits for what
        var before = plane.State;
        change();
        var watch = plane.Store.WatchAsync(before.Index, CancellationToken.None).GetAsyncEnumerator();
        Assert.That(watch.MoveNextAsync().AsTask().IsCompletedSuccessfully);
        return controller.KeysOf(watch.Current, before).Any();
    }
}
