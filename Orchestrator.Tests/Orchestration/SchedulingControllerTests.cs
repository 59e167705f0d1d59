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
        Assert.That(plane.State.UnplacedTasks, Has.Count.EqualTo(1));
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
            var waiting = plane.State.UnplacedTasks.Values.First();
            plane.Apply(Change.Create(waiting with { Id = new TaskId("new"), Meta = new ObjectMeta() }));
        }),
        Is.True);

    private bool Looks(Action change)
    {
        var before = plane.State;
        change();
        var watch = plane.Store.WatchAsync(before.Index, CancellationToken.None).GetAsyncEnumerator();
        Assert.That(watch.MoveNextAsync().AsTask().IsCompletedSuccessfully);
        return new SchedulingController().KeysOf(watch.Current, before).Any();
    }
}
