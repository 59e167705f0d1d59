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

    /// <summary>What another task was to get, and did not, is there for those that were refused.</summary>
    [Test]
    public void Room_of_an_assignment_that_was_refused_is_given_to_who_waits()
    {
        plane.AddNode("b", node => node with { Spec = node.Spec with { Labels = StringMap.Empty.Add("b", "1") } });
        ServiceId[] ids = [.. new[] { "first", "second" }.Select(name =>
        {
            plane.Advance(TimeSpan.FromSeconds(1));
            return plane.AddService(name, 1, spec => spec with
            {
                Template = spec.Template with
                {
                    Placement = new Placement { Constraints = ["node.labels.b==1"] },
                    Resources = new ResourceRequirements { Reservations = new NodeResources { NanoCpus = 4 * ControlPlane.Core } },
                },
            });
        })];
        foreach (var id in ids)
            plane.Apply([.. ServiceReconciler.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), id).Changes]);
        var controller = new SchedulingController();
        var decision = controller.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), "pending");
        plane.Apply(Change.Delete(plane.State.TasksOf(ids[0]).Values.Single()), Change.Delete(plane.State.Service(ids[0])!));
        foreach (var part in decision.Parts)
            plane.Propose(part);
        foreach (var part in controller.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), "pending").Parts)
            Assert.That(plane.Propose(part).Refusal, Is.Null);
        Assert.That(plane.Wanted(ids[1]).Single().NodeId, Is.Not.Null);
    }

    [Test]
    public void Deciding_when_nothing_needs_to_be_tried_decides_nothing()
    {
        var controller = new SchedulingController();
        foreach (var part in controller.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), "pending").Parts)
            Assert.That(plane.Propose(part).Refusal, Is.Null);
        Assert.That(plane.State.HasUnplacedTasks);
        Assert.That(controller.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), "pending").Parts, Is.Empty);
    }

    [Test]
    public void A_node_that_went_and_came_back_around_a_decision_makes_it_look()
    {
        plane.AddNode("b");
        var seen = plane.State;
        plane.SetNodeState("b", NodeState.Down);
        plane.SetNodeState("a", NodeState.Down);
        var controller = new SchedulingController();
        controller.Decide(new ReconcileContext(plane.State, plane.Now, plane.Ids), "pending");
        plane.SetNodeState("b", NodeState.Ready);
        var watch = plane.Store.WatchAsync(seen.Index, CancellationToken.None).GetAsyncEnumerator();
        Assert.That(watch.MoveNextAsync().AsTask().IsCompletedSuccessfully);
        Assert.That(controller.KeysOf(watch.Current, seen), Is.Not.Empty);
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
