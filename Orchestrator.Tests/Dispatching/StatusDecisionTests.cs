using Orchestrator.Dispatching;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Dispatching;

public sealed class StatusDecisionTests
{
    private static readonly NodeId Here = new("here");
    private static readonly TaskId Id = new("t");

    private ControlPlane plane = null!;

    [SetUp]
    public void SetUp()
    {
        plane = new ControlPlane();
        plane.AddNode("here");
        var service = plane.AddService("web", 0);
        plane.Apply(Change.Create(new ServiceTask
        {
            Id = Id, ServiceId = service, Revision = 1, NodeId = Here,
            Status = new TaskStatus { State = TaskState.Preparing, Timestamp = plane.Now },
        }));
    }

    [TestCase(TaskState.Preparing, TaskState.Ready, true)]
    [TestCase(TaskState.Preparing, TaskState.Failed, true)]
    [TestCase(TaskState.Running, TaskState.Preparing, false)]
    [TestCase(TaskState.Running, TaskState.Complete, true)]
    [TestCase(TaskState.Complete, TaskState.Failed, false)]
    [TestCase(TaskState.Failed, TaskState.Failed, false)]
    [TestCase(TaskState.Orphaned, TaskState.Running, false)]
    [TestCase(TaskState.Pending, TaskState.Running, false)]
    [TestCase(TaskState.Preparing, TaskState.Remove, false)]
    [TestCase(TaskState.Preparing, TaskState.Orphaned, false)]
    [TestCase(TaskState.Assigned, TaskState.Assigned, false)]
    [TestCase(TaskState.Preparing, (TaskState)600, false)]
    public void Observed_state_only_grows_and_agents_say_only_what_they_may(TaskState known, TaskState said, bool counts)
    {
        Known(known);
        var changes = Decide(Said(said, "news"));
        Assert.That(changes, Has.Length.EqualTo(counts ? 1 : 0));
        if (counts)
            Assert.That(((ServiceTask)changes[0].Value!).Status.State, Is.EqualTo(said));
    }

    [Test]
    public void The_same_word_again_changes_nothing()
    {
        var said = Said(TaskState.Running, "up");
        plane.Apply(Decide(said).Single());
        Assert.That(Decide(said), Is.Empty);
    }

    [Test]
    public void Within_a_state_newer_words_count_and_older_do_not()
    {
        Assert.That(Decide(Said(TaskState.Preparing, "pulling")), Has.Length.EqualTo(1));
        var old = new TaskStatus
        {
            State = TaskState.Preparing, Message = "older", Timestamp = plane.Now.AddSeconds(-1),
        };
        Assert.That(Decide(new ReportedStatus(Here, new TaskStatusUpdate { TaskId = Id, Status = old })), Is.Empty);
    }

    [Test]
    public void Of_several_words_about_one_task_the_furthest_is_written_once()
    {
        var changes = Decide(
            Said(TaskState.Ready, "a"), Said(TaskState.Running, "b"), Said(TaskState.Starting, "c"));
        var task = (ServiceTask)changes.Single().Value!;
        Assert.That((task.Status.State, task.Status.Message), Is.EqualTo((TaskState.Running, "b")));
        Assert.That(changes.Single().BasedOn, Is.EqualTo(plane.State.Task(Id)!.Meta.Version));
    }

    [Test]
    public void Another_node_has_no_say_and_an_unknown_task_is_no_news()
    {
        var update = Said(TaskState.Running, "").Update;
        Assert.That(Decide(new ReportedStatus(new NodeId("elsewhere"), update)), Is.Empty);
        Assert.That(Decide(new ReportedStatus(Here, update with { TaskId = new TaskId("gone") })), Is.Empty);
        Assert.That(Decide(new ReportedStatus(Here, update with { TaskId = default })), Is.Empty);
    }

    [Test]
    public void Endless_texts_are_cut()
    {
        var task = (ServiceTask)Decide(Said(TaskState.Running, new string('x', 100_000))).Single().Value!;
        Assert.That(task.Status.Message, Has.Length.EqualTo(2048));
    }

    private ImmutableArray<Change> Decide(params ReportedStatus[] reports) =>
        StatusDecision.Decide(plane.State, reports, plane.Now);

    private void Known(TaskState state) => plane.Apply(Change.Update(plane.State.Task(Id)! with
    {
        Status = new TaskStatus { State = state, Timestamp = plane.Now },
    }));

    private ReportedStatus Said(TaskState state, string message) => new(Here, new TaskStatusUpdate
    {
        TaskId = Id, Status = new TaskStatus { State = state, Message = message, Timestamp = plane.Now.AddSeconds(1) },
    });
}
