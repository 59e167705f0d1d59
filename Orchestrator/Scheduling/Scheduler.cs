using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>A task and the node it goes to.</summary>
public sealed record Placed(ServiceTask Task, Node Node);

/// <summary>A task that fits nowhere, and why.</summary>
public sealed record Refused(ServiceTask Task, string Reason);

public sealed record SchedulingDecision(ImmutableArray<Placed> Placed, ImmutableArray<Refused> Refused);

/// <summary>Where each waiting task goes. Pure: the same state and seed give the same decision.</summary>
public static class Scheduler
{
    /// <param name="seed">breaks ties between equally good nodes</param>
    public static SchedulingDecision Decide(StateSnapshot state, ulong seed)
    {
        var run = new SchedulingRun(state, seed);
        foreach (var group in state.UnplacedTasks.Values.GroupBy(task => new GroupKey(task.ServiceId, task.Revision)))
            run.Place([.. group.OrderBy(task => task.Slot).ThenBy(task => task.Id.Value, StringComparer.Ordinal)]);
        return run.ToDecision();
    }

    private readonly record struct GroupKey(ServiceId Service, ulong Revision);
}
