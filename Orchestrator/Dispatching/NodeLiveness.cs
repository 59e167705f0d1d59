using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>Which nodes have been silent for too long, and when to look again.</summary>
internal sealed record LivenessVerdict(ImmutableArray<NodeId> Expired, DateTimeOffset? NextLook);

/// <summary>When the manager last heard of each node, by node id. At its start it has heard nothing.</summary>
/// <param name="StartedAt">when this manager began to listen</param>
internal sealed record SignsOfLife(IReadOnlyDictionary<string, DateTimeOffset> LastSeen, DateTimeOffset StartedAt)
{
    /// <summary>The nodes there were at the start: times in their rows are by the clock of another manager.</summary>
    public IReadOnlySet<string> Former { get; init; } = ImmutableHashSet<string>.Empty;
}

/// <summary>Decides who counts as down. Pure.</summary>
internal static class NodeLiveness
{
    /// <summary>A node not heard of since this manager started has twice the time: it must find it first.</summary>
    private const int FirstContactFactor = 2;

    public static LivenessVerdict Judge(StateSnapshot state, SignsOfLife signs, DateTimeOffset now)
    {
        var grace = GraceOf(state.Cluster);
        var expired = ImmutableArray.CreateBuilder<NodeId>();
        DateTimeOffset? next = null;
        foreach (var node in state.Nodes.Values)
        {
            if (node.Status.State == NodeState.Down)
                continue;
            var deadline = Deadline(node, signs, grace);
            if (deadline <= now)
                expired.Add(node.Id);
            else if (next is null || deadline < next)
                next = deadline;
        }
        return new LivenessVerdict(expired.ToImmutable(), next);
    }

    public static TimeSpan GraceOf(Cluster? cluster) =>
        (cluster?.Spec.HeartbeatPeriod ?? Defaults.HeartbeatPeriod) * Defaults.HeartbeatGrace;

    /// <summary>When the node counts as down if it is not heard of.</summary>
    public static DateTimeOffset Deadline(Node node, SignsOfLife signs, TimeSpan grace)
    {
        if (signs.LastSeen.TryGetValue(node.Key, out var seen))
            return seen + grace;
        var joinedLater = node.Status.Since > signs.StartedAt && !signs.Former.Contains(node.Key);
        var waitingSince = joinedLater ? node.Status.Since : signs.StartedAt;
        return waitingSince + (grace * FirstContactFactor);
    }
}
