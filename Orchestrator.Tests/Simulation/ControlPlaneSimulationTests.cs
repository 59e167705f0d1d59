using Orchestrator.Model;
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
        var node = $"n{plane.Random.Next(4)}";
        switch (plane.Random.Next(9))
        {
            case 0: AddService(plane); break;
            case 1: RandomService(plane, id => plane.Scale(id, plane.Random.Next(12))); break;
            case 2: RandomService(plane, id => ChangeImage(plane, id)); break;
            case 3: RandomService(plane, id => plane.Apply(Change.Delete(plane.State.Service(id)!))); break;
            case 4: plane.SetNodeState(node, plane.Random.Next(3) == 0 ? NodeState.Down : NodeState.Ready); break;
            case 5: SetAvailability(plane, node, (Availability)plane.Random.Next(3)); break;
            case 6: FailSomeTask(plane); break;
            default: plane.RunAgents(); break;
        }
    }

    private static void Heal(ControlPlane plane)
    {
        for (var i = 0; i < 4; i++)
        {
            plane.SetNodeState($"n{i}", NodeState.Ready);
            SetAvailability(plane, $"n{i}", Availability.Active);
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
            Assert.That(slot.Count(task => task.Desired <= TaskState.Running), Is.LessThanOrEqualTo(1), slot.Key);
    }

    private static void AssertConverged(ControlPlane plane, Service service)
    {
        var running = plane.Running(service.Id);
        Assert.That(running.Select(task => task.Revision), Is.All.EqualTo(service.TemplateRevision));
        var waiting = plane.Wanted(service.Id).Except(running).ToArray();
        Assert.That(waiting.Select(task => task.Status.Error), Is.All.Contains("insufficient resources"));
        Assert.That(running.Length + waiting.Length, Is.EqualTo((int)service.Spec.Mode.Replicas));
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
