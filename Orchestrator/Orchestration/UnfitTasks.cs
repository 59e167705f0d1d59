using Orchestrator.Model;
using Orchestrator.Scheduling;
using Orchestrator.Scheduling.Expressions;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>A task that its node may not run any more, and why.</summary>
internal sealed record UnfitTask(ServiceTask Task, string Reason);

/// <summary>
/// What a node has to give back because it is not what it was: tasks whose constraints it does not meet any more, or
/// whose units it has lost; then, where more is promised than it has, tasks of lower priority before higher, younger
/// before older, and none that does not help. Pure.
/// </summary>
internal static class UnfitTasks
{
    public static ImmutableArray<UnfitTask> Find(StateSnapshot state, Node node)
    {
        if (node.Status.State != NodeState.Ready || node.Description.RuntimeError.Length > 0
            || node.Description.Resources is { NanoCpus: <= 0 } or { MemoryBytes: <= 0 })
            return []; // nothing is known of it now
        var staying = new List<Occupant>();
        var unfit = ImmutableArray.CreateBuilder<UnfitTask>();
        foreach (var task in state.TasksOn(node.Id).Values)
        {
            if (!task.Status.State.HoldsResources() || Occupant.Of(state, task) is not { IsLeaving: false } occupant)
                continue;
            if (ReasonAgainst(occupant, node) is { } reason)
                unfit.Add(new UnfitTask(task, reason));
            else
                staying.Add(occupant);
        }
        staying.Sort(Occupant.Compare);
        unfit.AddRange(TooMany(staying, node, state.Cluster?.Spec.Overcommit ?? 0));
        return unfit.ToImmutable();
    }

    private static string? ReasonAgainst(Occupant occupant, Node node)
    {
        foreach (var constraint in ParsedConstraints.Of(occupant.Spec).Hard)
            if (constraint?.Holds(node) == false)
                return $"node {node.Description.Hostname} does not meet {constraint.Text} any more";
        var lost = occupant.Holder.Grant?.Generic.FirstOrDefault(
            unit => unit.Unit.Length > 0 && !node.Description.Resources.Generic.Contains(unit));
        return lost is null ? null : $"node {node.Description.Hostname} has no {lost.Kind}={lost.Unit} any more";
    }

    /// <param name="staying">in the order in which they go</param>
    private static IEnumerable<UnfitTask> TooMany(List<Occupant> staying, Node node, double overcommit)
    {
        var usage = staying.Aggregate(
            NodeUsage.None, (sum, occupant) => sum.With(occupant.Spec, occupant.Holder.Grant, +1));
        var capacity = Capacities.Of(node.Description, overcommit);
        var gone = new List<Occupant>();
        while (Excess(usage, capacity, node) is { } excess
            && staying.Find(occupant => excess(occupant.LeftBy(usage)) < excess(usage)) is { } first)
        {
            staying.Remove(first);
            gone.Add(first);
            usage = first.LeftBy(usage);
        }
        // Who came first may not be needed beside a larger one that came later.
        for (var at = gone.Count - 2; at >= 0; at--)
        {
            var back = usage.With(gone[at].Spec, gone[at].Holder.Grant, +1);
            if (Excess(back, capacity, node) is not null)
                continue;
            usage = back;
            gone.RemoveAt(at);
        }
        return gone.Select(occupant => new UnfitTask(
            occupant.Holder, $"node {node.Description.Hostname} has less room than it had promised"));
    }

    /// <summary>Measures the first resource of which more is promised than there is; null when there is none.</summary>
    private static Func<NodeUsage, long>? Excess(NodeUsage usage, NodeResources capacity, Node node)
    {
        if (usage.NanoCpus > capacity.NanoCpus)
            return use => use.NanoCpus;
        if (usage.MemoryBytes > capacity.MemoryBytes)
            return use => use.MemoryBytes;
        if (usage.Tasks > Candidate.SlotsOf(node))
            return use => use.Tasks;
        foreach (var (kind, used) in usage.Generic)
            if (used > Grants.TotalOf(kind, capacity))
                return use => use.Generic.GetValueOrDefault(kind);
        return null;
    }
}
