using Orchestrator.Model;

namespace Orchestrator.Scheduling;

/// <summary>One reason why a node cannot take a task.</summary>
/// <param name="Name">for the counts of a refusal</param>
/// <param name="Passes">pure; false = this node refuses</param>
/// <param name="Explain">the refusal in words, for a number of nodes</param>
internal sealed record NodeFilter(
    string Name, Func<SchedulingRequest, Candidate, bool> Passes, Func<int, string> Explain);

/// <summary>The filters in their order: the first that refuses a node is the reason that is told.</summary>
internal static class NodeFilters
{
    public static ImmutableArray<NodeFilter> All { get; } =
    [
        new("ready", IsReady, n => $"{Nodes(n)} not available for new tasks"),
        new("resources", HasRoom, n => $"insufficient resources on {Nodes(n)}"),
        new("constraints", MeetsConstraints, n => $"scheduling constraints not satisfied on {Nodes(n)}"),
        new("platform", MatchesPlatform, n => $"unsupported platform on {Nodes(n)}"),
        new("ports", HasPortsFree, n => $"host-mode port already in use on {Nodes(n)}"),
        new("replicas", IsBelowMaxReplicas, n => $"max replicas per node limit exceeded on {Nodes(n)}"),
    ];

    private static bool IsReady(SchedulingRequest request, Candidate candidate) =>
        candidate.Node.Status.State == NodeState.Ready
        && candidate.Node.Spec.Availability == Availability.Active
        && candidate.Node.Description.RuntimeError.Length == 0;

    private static bool HasRoom(SchedulingRequest request, Candidate candidate)
    {
        var capacity = candidate.Node.Description.Resources;
        var usage = candidate.Usage;
        var reserved = request.Reserved;
        return Fits(reserved.NanoCpus, usage.NanoCpus, capacity.NanoCpus)
            && Fits(reserved.MemoryBytes, usage.MemoryBytes, capacity.MemoryBytes)
            && reserved.Generic.All(wanted =>
                Fits(wanted.Count, usage.Generic.GetValueOrDefault(wanted.Kind), CapacityOf(capacity, wanted.Kind)));
    }

    private static bool Fits(long wanted, long used, long capacity) => wanted == 0 || wanted <= capacity - used;

    private static long CapacityOf(NodeResources capacity, string kind) =>
        capacity.Generic.Where(resource => resource.Kind == kind)
            .Sum(resource => resource.Unit.Length > 0 ? 1 : resource.Count);

    private static bool MeetsConstraints(SchedulingRequest request, Candidate candidate) =>
        request.Constraints.All(constraint => constraint?.Holds(candidate.Node) == true);

    private static bool MatchesPlatform(SchedulingRequest request, Candidate candidate) =>
        request.Platforms.IsEmpty
        || request.Platforms.Any(wanted => Platforms.Match(wanted, candidate.Node.Description.Platform));

    private static bool HasPortsFree(SchedulingRequest request, Candidate candidate) =>
        !request.Ports.Any(candidate.Usage.Ports.ContainsKey);

    private static bool IsBelowMaxReplicas(SchedulingRequest request, Candidate candidate) =>
        request.MaxReplicasPerNode == 0
        || (ulong)candidate.TasksOf(request.Service) < request.MaxReplicasPerNode;

    private static string Nodes(int count) => count == 1 ? "1 node" : $"{count} nodes";
}
