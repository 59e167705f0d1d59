using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Scheduling.Rebalancing;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Simulation;

/// <summary>A small cluster under a random life: first nothing bad may happen, then, left alone, all that was asked for must.</summary>
public sealed class ControlPlaneSimulationTests
{
    private const int Steps = 120;

    [Test]
    public void Whatever_happens_nothing_is_overcommitted_and_in_the_end_everything_runs([Range(1, 40)] int seed)
    {
        var plane = new ControlPlane(seed);
        for (var i = 0; i < 4; i++)
            plane.AddNode($"n{i}");
        for (var step = 0; step < Steps; step++)
        {
            Disturb(plane);
            plane.Advance(TimeSpan.FromSeconds(plane.Random.Next(20)));
            plane.Settle();
            AssertSafe(plane);
        }
        Heal(plane);
        AssertSafe(plane);
        foreach (var service in plane.State.Services.Values)
            AssertConverged(plane, service);
    }

    private static void Disturb(ControlPlane plane)
    {
        var node = plane.State.Nodes.Keys.ElementAt(plane.Random.Next(plane.State.Nodes.Count));
        switch (plane.Random.Next(15))
        {
            case 0: AddService(plane); break;
            case 1: RandomService(plane, id => plane.Scale(id, plane.Random.Next(12))); break;
            case 2: RandomService(plane, id => ChangeImage(plane, id)); break;
            case 3: RandomService(plane, id => plane.Apply(Change.Delete(plane.State.Service(id)!))); break;
            case 4: plane.SetNodeState(node, plane.Random.Next(3) == 0 ? NodeState.Down : NodeState.Ready); break;
            case 5: SetAvailability(plane, node, (Availability)plane.Random.Next(3)); break;
            case 6: FailSomeTask(plane); break;
            case 7: ReplaceNode(plane, node); break;
            case 8: RandomService(plane, id => Recreate(plane, id)); break;
            case 9: MakeAnOldDecisionAgain(plane); break;
            case 10: Rebalance(plane); break;
            case 11: plane.RunAgents(share: 0.3); break;
            default: plane.RunAgents(); break;
        }
    }

    private static void Heal(ControlPlane plane)
    {
        foreach (var node in plane.State.Nodes.Keys.ToArray())
        {
            plane.SetNodeState(node, NodeState.Ready);
            SetAvailability(plane, node, Availability.Active);
        }
        for (var round = 0; round < 60; round++)
        {
            plane.Converge();
            plane.Advance(TimeSpan.FromSeconds(30));
        }
    }

    private static void AssertSafe(ControlPlane plane)
    {
        foreach (var node in plane.State.Nodes.Values)
        {
            var usage = plane.State.UsageOf(node.Id);
            Assert.That(usage.MemoryBytes, Is.InRange(0, node.Description.Resources.MemoryBytes));
            Assert.That(usage.Tasks, Is.EqualTo(
                plane.State.TasksOn(node.Id).Values.Count(task => task.Status.State.HoldsResources())));
        }
        foreach (var slot in plane.State.Tasks.Values.GroupBy(task => $"{task.ServiceId}/{task.Slot}"))
            Assert.That(slot.Count(task => task.Desired <= TaskState.Running && task.Eviction is null), Is.LessThanOrEqualTo(1), slot.Key);
    }

    private static void AssertConverged(ControlPlane plane, Service service)
    {
        var running = plane.Running(service.Id);
        var waiting = plane.Wanted(service.Id).Except(running).ToArray();
        // What waits for resources takes up the room of an update: the rest of it waits too.
        if (waiting.Length == 0)
            Assert.That(running.Select(task => task.Revision), Is.All.EqualTo(service.TemplateRevision));
        Assert.That(waiting.Select(task => task.Status.Error), Is.All.Contains("insufficient resources"));
        Assert.That(running.Length + waiting.Length, Is.EqualTo((int)service.Spec.Mode.Replicas));
    }

    private static void Rebalance(ControlPlane plane)
    {
        var scope = new RebalanceScope(plane.State.Services.Values, MaxMoves: 1 + plane.Random.Next(5), WithLocalData: false);
        plane.Apply([.. Rebalancer.Begin(Rebalancer.Plan(plane.State, scope, plane.Now).Moves, plane.Now)]);
    }

    private static void AddService(ControlPlane plane)
    {
        if (plane.State.Services.Count >= 5)
            return;
        plane.AddService($"s{plane.State.Index}", plane.Random.Next(8), spec => spec with
        {
            Template = spec.Template with
            {
                Resources = new ResourceRequirements
                {
                    Reservations = new NodeResources { MemoryBytes = plane.Random.Next(4) * 256 * ControlPlane.MiB },
                },
            },
        });
    }

    private static void ChangeImage(ControlPlane plane, ServiceId id) => plane.UpdateService(
        id,
        spec => spec with
        {
            Template = spec.Template with
            {
                Container = spec.Template.Container with { Image = $"app:{plane.Random.Next()}" },
            },
        },
        template: true);

    /// <summary>Down or not, it is taken out of the cluster, and another comes.</summary>
    private static void ReplaceNode(ControlPlane plane, string node)
    {
        plane.Apply(Change.Delete(plane.State.Node(new NodeId(node))!));
        plane.AddNode($"n{plane.State.Index}");
    }

    /// <summary>Another service of the same name, before the tasks of the first have ended.</summary>
    private static void Recreate(ControlPlane plane, ServiceId id)
    {
        var old = plane.State.Service(id)!;
        var next = old with { Id = new ServiceId($"again{plane.State.Index}"), Meta = ObjectMeta.New(plane.Now) };
        plane.Apply(
            Change.Delete(old),
            Change.Create(next with { Revision = 1, TemplateRevision = 1, PreviousRevision = null }),
            Change.Create(new ServiceRevision { ServiceId = next.Id, Number = 1, Spec = old.Spec }));
    }

    /// <summary>As after a proposal that seemed to have failed and was written all the same.</summary>
    private static void MakeAnOldDecisionAgain(ControlPlane plane)
    {
        var before = plane.State;
        plane.RunAgents(share: 0.3);
        if (plane.Random.Next(2) == 0)
            FailSomeTask(plane);
        var context = new ReconcileContext(before, plane.Now, plane.Ids);
        plane.Settle();
        foreach (var key in before.ServicesWithHistory)
            foreach (var part in new ServiceController().Decide(context, key).Parts)
                plane.Propose(part);
    }

    private static void RandomService(ControlPlane plane, Action<ServiceId> act)
    {
        if (plane.State.Services.Count > 0)
            act(plane.State.Services.Values.ElementAt(plane.Random.Next(plane.State.Services.Count)).Id);
    }

    private static void SetAvailability(ControlPlane plane, string node, Availability availability) =>
        plane.ChangeNode(node, old => old with { Spec = old.Spec with { Availability = availability } });

    private static void FailSomeTask(ControlPlane plane)
    {
        var running = plane.State.Tasks.Values.Where(task => task.Status.State == TaskState.Running).ToArray();
        if (running.Length > 0)
            plane.Report(running[plane.Random.Next(running.Length)], TaskState.Failed, "task: non-zero exit (1)");
    }
}
