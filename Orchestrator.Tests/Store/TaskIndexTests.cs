using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Store;

/// <summary>Each index says what a look at every task would.</summary>
public sealed class TaskIndexTests
{
    /// <summary>Of more tasks of a service those that are placed are counted, see <see cref="ServiceContent"/>.</summary>
    private const int AboutAsManyAsAreCounted = 32;

    [Test]
    public void Indexes_agree_with_the_tasks_through_a_random_life([Range(1, 25)] int seed)
    {
        var random = new Random(seed);
        var plane = new ControlPlane(seed);
        for (var node = 0; node < 6; node++)
            plane.AddNode($"n{node}");
        ServiceId[] ids =
        [
            plane.AddService("a", AboutAsManyAsAreCounted), plane.AddService("b", 20, WithMemory),
            plane.AddService("c", 10, spec => spec with { Labels = StringMap.Empty.Add(Dependencies.VolumesFrom, "a,b") }),
        ];
        for (var turn = 0; turn < 25; turn++)
        {
            Disturb(plane, ids[random.Next(3)], random);
            plane.Settle();
            plane.RunAgents(0.7);
            foreach (var id in ids)
                Service(plane.State, id);
            Nodes(plane.State);
            Sharers(plane.State);
        }
    }

    private static void Sharers(StateSnapshot state)
    {
        var shared = from task in state.Tasks.Values
                     where Holds(task)
                     from each in task.Grant?.Shared ?? []
                     select (each.TaskId.Value, task);
        Assert.That(
            state.Sharers.SelectMany(group => group.Value.Values.Select(sharer => (group.Key, sharer))), Is.EquivalentTo(shared));
        foreach (var task in state.Tasks.Values)
            Assert.That(state.SharersOf(task.Id).Keys, Is.EquivalentTo(shared.Where(pair => pair.Value == task.Key).Select(pair => pair.task.Key)));
    }

    private static void Service(StateSnapshot state, ServiceId id)
    {
        var tasks = state.Tasks.Values.Where(task => task.ServiceId == id).ToArray();
        Assert.That(state.TasksOf(id).Values, Is.EqualTo(tasks));
        Assert.That(state.FailuresOf(id).Values, Is.EqualTo(
            tasks.Where(task => task.NodeId is not null && task.Status.State is TaskState.Failed or TaskState.Rejected)));
        Assert.That(
            state.PlacedOf(id).GroupBy(placed => placed.Key).Select(node => (node.Key, node.Sum(placed => placed.Value))),
            Is.EquivalentTo(tasks.Where(Holds).GroupBy(task => task.NodeId!.Value.Value).Select(node => (node.Key, node.Count()))));
    }

    private static void Nodes(StateSnapshot state)
    {
        Assert.That(state.UnplacedTasks, Is.EquivalentTo(state.Tasks.Values.Where(task =>
            task.NodeId is null && !task.Status.State.IsTerminal() && task.Desired <= TaskState.Complete)));
        foreach (var node in state.Nodes.Values)
        {
            var tasks = state.Tasks.Values.Where(task => task.NodeId == node.Id).ToArray();
            Assert.That(state.TasksOn(node.Id).Values, Is.EqualTo(tasks));
            Assert.That(state.UsageOf(node.Id).Tasks, Is.EqualTo(tasks.Count(Holds)));
            Assert.That(state.UsageOf(node.Id).MemoryBytes, Is.EqualTo(tasks.Where(Holds)
                .Sum(task => state.SpecOf(task).Template.Resources?.Reservations?.MemoryBytes ?? 0)));
        }
    }

    private static bool Holds(ServiceTask task) => task.NodeId is not null && task.Status.State.HoldsResources();

    private static ServiceSpec WithMemory(ServiceSpec spec) => spec with
    {
        Template = spec.Template with
        {
            Resources = new ResourceRequirements { Reservations = new NodeResources { MemoryBytes = ControlPlane.MiB } },
        },
    };

    private static void Disturb(ControlPlane plane, ServiceId id, Random random)
    {
        var node = $"n{random.Next(6)}";
        switch (random.Next(6))
        {
            case 0 or 1: plane.Scale(id, random.Next(0, 2 * AboutAsManyAsAreCounted)); break;
            case 2: Fail(plane, random); break;
            case 3: plane.SetNodeState(node, random.Next(2) == 0 ? NodeState.Down : NodeState.Ready); break;
            case 4: plane.UpdateService(id, spec => spec with { Labels = StringMap.Empty }, template: true); break;
            default: plane.Advance(TimeSpan.FromHours(random.Next(30))); break;
        }
    }

    private static void Fail(ControlPlane plane, Random random)
    {
        foreach (var task in plane.State.Tasks.Values.Where(task => Holds(task) && random.Next(4) == 0).ToArray())
            plane.Report(task, random.Next(2) == 0 ? TaskState.Failed : TaskState.Rejected, "exit 1");
    }
}
