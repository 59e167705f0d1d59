using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Explaining;

/// <summary>What a node holds, and what it would take of that which waits.</summary>
/// <param name="Capacity">what may be promised there</param>
/// <param name="Waiting">who waits longest first, at most <see cref="MostWaiting"/></param>
/// <param name="LeftOut">services that wait behind those</param>
public sealed record NodeExplanation(
    Node Node, NodeUsage Usage, NodeResources Capacity, ImmutableArray<WaitingVerdict> Waiting, int LeftOut)
{
    public const int MostWaiting = 1000;

    public static NodeExplanation Of(StateSnapshot state, Node node, DateTimeOffset now)
    {
        var explainer = new Explainer(state, now);
        WaitingTasks[] waiting = [.. WaitingTasks.Of(state)];
        return new(
            node, state.UsageOf(node.Id), Capacities.Of(node.Description, state.Cluster?.Spec.Overcommit ?? 0),
            [.. waiting.Take(MostWaiting)
                .Select(tasks => new WaitingVerdict(tasks, explainer.VerdictOf(tasks.Revision, node)))],
            Math.Max(0, waiting.Length - MostWaiting));
    }
}

public sealed record WaitingVerdict(WaitingTasks Tasks, NodeVerdict Verdict);
