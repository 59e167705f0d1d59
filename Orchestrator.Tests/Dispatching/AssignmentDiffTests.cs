using Orchestrator.Dispatching;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Dispatching;

public sealed class AssignmentDiffTests
{
    private static readonly NodeId Here = new("here");

    private ControlPlane plane = null!;
    private ServiceId service;

    [SetUp]
    public void SetUp()
    {
        plane = new ControlPlane();
        plane.AddNode("here");
        service = plane.AddService("web", 0, spec => spec with
        {
            Endpoint = new EndpointSpec
            {
                Ports =
                [
                    new PortConfig { Target = 80, Published = 8080, Mode = PublishMode.Host },
                    new PortConfig { Target = 81, Published = 8081, Mode = PublishMode.Ingress },
                ],
            },
        });
    }

    [Test]
    public void A_fresh_agent_is_told_every_assigned_task_of_its_node()
    {
        Add("a", TaskState.Assigned);
        Add("b", TaskState.Failed);
        Add("c", TaskState.Pending);
        Add("d", TaskState.Running, "elsewhere");
        var delta = Diff(AssignmentView.Nothing);
        Assert.That(delta.Put.Select(put => put.TaskId.Value), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(delta.Put[1].Known.State, Is.EqualTo(TaskState.Failed));
        Assert.That(delta.Removed, Is.Empty);
    }

    [Test]
    public void Only_host_ports_are_bound_by_the_agent()
    {
        Add("a", TaskState.Assigned);
        Assert.That(Diff(AssignmentView.Nothing).Put[0].HostPorts.Select(port => port.Target), Is.EqualTo(new[] { 80u }));
    }

    [Test]
    public void What_was_granted_to_the_task_comes_with_it_and_the_chosen_port_instead_of_its_range()
    {
        Add("a", TaskState.Assigned, grant: new TaskGrant
        {
            Generic = [new GenericResource { Kind = "gpu", Unit = "one" }],
            Ports = [new PortConfig { Target = 90, Published = 9001, Mode = PublishMode.Host }],
        });
        var put = Diff(AssignmentView.Nothing).Put[0];
        Assert.That(put.HostPorts.Select(port => (port.Target, port.Published, port.PublishedEnd)), Does.Contain((90u, 9001u, 0u)));
        Assert.That(put.Granted.Single().Unit, Is.EqualTo("one"));
    }

    [Test]
    public void A_changed_status_is_no_news_for_the_agent_and_a_changed_wish_is()
    {
        var task = Add("a", TaskState.Assigned);
        var view = Diff(AssignmentView.Nothing).Next;
        plane.Report(task, TaskState.Running);
        Assert.That(Diff(view).IsEmpty);
        plane.Apply(Change.Update(plane.State.Task(task.Id)! with { Desired = TaskState.Shutdown }));
        var delta = Diff(view);
        Assert.That(delta.Put.Single().Desired, Is.EqualTo(TaskState.Shutdown));
        Assert.That(Diff(delta.Next).IsEmpty);
    }

    [Test]
    public void A_deleted_task_is_withdrawn_once()
    {
        var task = Add("a", TaskState.Running);
        var view = Diff(AssignmentView.Nothing).Next;
        plane.Apply(Change.Delete(task));
        var delta = Diff(view);
        Assert.That(delta.Removed, Is.EqualTo(new[] { task.Id }));
        Assert.That(Diff(delta.Next).IsEmpty);
    }

    [Test]
    public void A_deleted_service_does_not_hinder_its_last_tasks()
    {
        Add("a", TaskState.Running);
        plane.Apply(Change.Delete(plane.State.Service(service)!));
        Assert.That(Diff(AssignmentView.Nothing).Put.Single().RegistryAuth, Is.Empty);
    }

    [Test]
    public void Whatever_happens_the_agent_that_applies_the_differences_has_what_the_complete_set_says()
    {
        var random = new Random(7);
        var view = AssignmentView.Nothing;
        var agent = new SortedDictionary<string, TaskState>(StringComparer.Ordinal);
        for (var step = 0; step < 500; step++)
        {
            ChangeSomething(random, step);
            if (random.Next(3) > 0)
                continue;
            var delta = Diff(view);
            foreach (var put in delta.Put)
                agent[put.TaskId.Value] = put.Desired;
            foreach (var removed in delta.Removed)
                Assert.That(agent.Remove(removed.Value));
            view = delta.Next;
            var complete = Diff(AssignmentView.Nothing).Put.ToDictionary(put => put.TaskId.Value, put => put.Desired);
            Assert.That(agent, Is.EquivalentTo(complete), $"step {step}");
        }
        Assert.That(agent, Is.Not.Empty);
    }

    private void ChangeSomething(Random random, int step)
    {
        var tasks = plane.State.TasksOn(Here).Values.ToArray();
        var some = tasks.Length == 0 ? null : tasks[random.Next(tasks.Length)];
        switch (random.Next(4))
        {
            case 0 when some is not null:
                plane.Apply(Change.Delete(some));
                break;
            case 1 when some is { Desired: < TaskState.Remove }:
                var next = some.Desired == TaskState.Running ? TaskState.Shutdown : TaskState.Remove;
                plane.Apply(Change.Update(some with { Desired = next }));
                break;
            case 2 when some is not null:
                plane.Report(some, TaskState.Running);
                break;
            default:
                Add($"t{step:000}", random.Next(2) == 0 ? TaskState.Assigned : TaskState.Pending);
                break;
        }
    }

    private AssignmentDelta Diff(AssignmentView view) => AssignmentDiff.Between(view, plane.State, Here);

    private ServiceTask Add(string id, TaskState state, string node = "here", TaskGrant? grant = null)
    {
        plane.Apply(Change.Create(new ServiceTask
        {
            Id = new TaskId(id), ServiceId = service, Slot = 1, Revision = 1, NodeId = new NodeId(node),
            Status = new TaskStatus { State = state }, Grant = grant,
        }));
        return plane.State.Task(new TaskId(id))!;
    }
}
