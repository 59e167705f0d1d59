using Orchestrator.Model;
using Orchestrator.Scheduling;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Store;

namespace Orchestrator.Tests.Scheduling;

/// <summary>Who is pushed out for whom, in clusters that chance made.</summary>
public sealed class PreemptionProperties
{
    [Test]
    public void Strictly_lower_tasks_go_as_few_as_make_room_and_never_for_what_fits([Range(1, 200)] int seed)
    {
        var cluster = new GeneratedCluster(seed) { HasPriorities = true };
        foreach (var state in cluster.Crowded())
        {
            var decision = new Scheduler().Decide(state, cluster.Now, 1);
            var gone = new HashSet<TaskId>(Leaving(state));
            foreach (var made in decision.Preempted.ToArray())
            {
                Assert.That(made.Victims, Has.All.Matches<ServiceTask>(victim => victim!.NodeId == made.Node.Id
                    && victim.Status.State.HoldsResources() && LevelOf(state, victim) < LevelOf(state, made.For)));
                Assert.That(Priority.Of(state, made.For).MayEvict);
                Assert.That(made.Victims.Select(victim => victim.Id), Has.None.Matches<TaskId>(id => gone.Contains(id)), "told twice to go");
                gone.UnionWith(made.Victims.Select(victim => victim.Id));
            }
            if (decision.Preempted is [var first, ..])
                AssertNoneTooMany(state, decision, first);
        }
    }

    [Test]
    public void In_the_end_nobody_waits_whom_lower_tasks_could_make_room_for([Range(1, 200)] int seed)
    {
        var cluster = new GeneratedCluster(seed) { HasPriorities = true };
        foreach (var _ in cluster.Crowded())
        {
            cluster.Plane.Converge();
            var state = cluster.Plane.State;
            foreach (var waiting in state.UnplacedTasks.Where(task => Priority.Of(state, task).MayEvict))
                Assert.That(state.Nodes.Values.Where(node => GeneratedCluster.Fits(
                    state, waiting, node, other => MayGo(state, other, waiting))), Is.Empty, waiting.Status.Error);
        }
    }

    /// <summary>The first one is decided on with nobody else's room in the way but what the run has placed.</summary>
    private static void AssertNoneTooMany(StateSnapshot state, SchedulingDecision decision, Preempted made)
    {
        if (decision.Placed.Any(placed => placed.Node.Id == made.Node.Id))
            return; // what was placed there before takes room that the state does not know of
        var victims = made.Victims.Select(victim => victim.Id).ToHashSet();
        var leaving = Leaving(state).ToHashSet();
        bool FitsWithout(IReadOnlySet<TaskId> gone) =>
            GeneratedCluster.Fits(state, made.For, made.Node, other => gone.Contains(other.Id) || leaving.Contains(other.Id));
        Assert.That(FitsWithout(victims), "they make room");
        Assert.That(state.Nodes.Values.Where(node => IsUntouched(node, state, decision) && GeneratedCluster.Fits(state, made.For, node)),
            Is.Empty, "it fitted without");
        foreach (var spared in victims)
            Assert.That(FitsWithout(victims.Where(id => id != spared).ToHashSet()), Is.False, "one too many");
    }

    /// <summary>Neither did the run place anything there or in its zone, nor can somebody wait for what leaves it.</summary>
    private static bool IsUntouched(Node node, StateSnapshot state, SchedulingDecision decision) =>
        decision.Placed.All(placed => placed.Node.Spec.Labels["zone"] != node.Spec.Labels["zone"])
        && state.TasksOn(node.Id).Values.All(task => task.Status.State.IsTerminal() || task.Desired <= TaskState.Complete);

    /// <summary>Neither it nor what would go with it matters as much, and the other one does not need it.</summary>
    private static bool MayGo(StateSnapshot state, ServiceTask task, ServiceTask waiting) =>
        LevelOf(state, task) < LevelOf(state, waiting) && !Needs(state, state.SpecOf(waiting), state.SpecOf(task).Name, 0)
        && state.Tasks.Values.Where(other => other.Status.State.HoldsResources()
            && other.Grant?.Shared.Any(shared => shared.TaskId == task.Id) == true).All(other => MayGo(state, other, waiting));

    private static bool Needs(StateSnapshot state, ServiceSpec spec, string name, int depth) =>
        spec.Labels.TryGetValue(Dependencies.NetworkFrom, out var shared) && depth < 20
        && (shared == name || (state.ServiceNamed(shared) is { } other && Needs(state, other.Spec, name, depth + 1)));

    private static IEnumerable<TaskId> Leaving(StateSnapshot state) => state.Tasks.Values
        .Where(task => task.Desired > TaskState.Complete || task.Eviction is { Gentle: false }).Select(task => task.Id);

    private static int LevelOf(StateSnapshot state, ServiceTask task) => Priority.Of(state, task).Level;
}
