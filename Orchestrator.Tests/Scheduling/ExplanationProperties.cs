using Orchestrator.Model;
using Orchestrator.Scheduling;
using Orchestrator.Scheduling.Explaining;
using Orchestrator.Store;

namespace Orchestrator.Tests.Scheduling;

/// <summary>What is explained is what is decided, for clusters that chance made.</summary>
public sealed class ExplanationProperties
{
    /// <summary>Each waiting group alone, after every task that the one before it was given.</summary>
    [Test]
    public void An_explanation_agrees_with_the_decision([Range(1, 200)] int seed)
    {
        var cluster = new GeneratedCluster(seed);
        foreach (var state in cluster.Decisions())
            foreach (var waiting in WaitingTasks.Of(state).ToArray())
                Check(cluster, Alone(state, waiting), waiting.Revision);
    }

    [Test]
    public void Every_task_of_a_group_goes_to_the_first_of_the_explanation_before_it([Range(1, 100)] int seed)
    {
        var cluster = new GeneratedCluster(seed) { CanDraw = false };
        for (var round = 0; round < 3; round++)
        {
            var id = cluster.AddServiceAlone();
            while (Check(cluster, cluster.Plane.State, cluster.Plane.State.Revision(id, 1)!) is var (task, node, grant))
                cluster.Plane.Apply(Change.Update(task with
                {
                    NodeId = node.Id, Grant = grant, Status = task.Status with { State = TaskState.Assigned },
                }));
            cluster.Disturb();
        }
    }

    /// <returns>null when the task that is next fits nowhere</returns>
    private static Placed? Check(GeneratedCluster cluster, StateSnapshot state, ServiceRevision revision)
    {
        if (!state.HasUnplacedTasks)
            return null;
        var decision = new Scheduler().Decide(state, cluster.Now, seed: 1);
        var explanation = new Explainer(state, cluster.Now).Explain(revision);
        Assert.That(explanation.Fitting + explanation.Refusals.Sum(refusals => refusals.Nodes), Is.EqualTo(state.Nodes.Count));
        Assert.That(explanation.Best, Has.Length.EqualTo(explanation.Fitting));
        var firstTask = state.UnplacedTasks.MinBy(task => task.Slot)!;
        foreach (var verdict in explanation.Best.Concat<NodeVerdict>(explanation.Refusals.SelectMany(refusals => refusals.Shown)))
            Assert.That(new Explainer(state, cluster.Now).VerdictOf(revision, verdict.Node).GetType(), Is.EqualTo(verdict.GetType()));
        foreach (var refusing in explanation.Refusals.SelectMany(refusals => refusals.Shown))
            Assert.That(refusing.Detail.Length * refusing.Remedy.Length, Is.Not.Zero);
        if (decision.Placed.FirstOrDefault(placed => placed.Task.Id == firstTask.Id) is { } first)
        {
            Assert.That(explanation.Best.Take(explanation.Alike).Select(fitting => fitting.Node.Id), Does.Contain(first.Node.Id),
                () => cluster.Describe(revision.ServiceId));
            Assert.That(explanation.Reason, Is.Empty);
            return first;
        }
        Assert.That(explanation.Fitting, Is.Zero);
        Assert.That(decision.Refused.Single(refused => refused.Task.Id == firstTask.Id).Reason, Is.EqualTo(explanation.Reason));
        Assert.That(explanation.Reason, Does.StartWith(
            $"no suitable node ({string.Join("; ", explanation.Refusals.Select(refusals => refusals.Summary))}); tried again when "));
        return null;
    }

    /// <summary>The state as if nothing else waited.</summary>
    private static StateSnapshot Alone(StateSnapshot state, WaitingTasks group)
    {
        var others = state.UnplacedTasks
            .Where(task => task.ServiceId != group.Revision.ServiceId || task.Revision != group.Revision.Number)
            .Select(Change.Delete);
        return StateStore.After(state, new Transaction { Changes = [.. others] }, out _)!;
    }
}
