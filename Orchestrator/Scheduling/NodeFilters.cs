using Orchestrator.Model;
using Orchestrator.Scheduling.Explaining;

namespace Orchestrator.Scheduling;

/// <summary>What the answer of a filter depends on.</summary>
internal enum FilterScope
{
    /// <summary>The node itself: the same through a run.</summary>
    Fixed,

    /// <summary>What is placed on the node: from yes to no at some moment of a run, and not back.</summary>
    Room,

    /// <summary>The group's own tasks too.</summary>
    Group,
}

/// <summary>One reason why a node cannot take a task.</summary>
/// <param name="Name">for the counts of a refusal</param>
/// <param name="Passes">pure; false = this node refuses</param>
/// <param name="Explain">the refusal in words, for a number of nodes</param>
internal sealed record NodeFilter(
    string Name, FilterScope Scope, Func<GroupStanding, Candidate, bool> Passes, Func<int, string> Explain)
{
    /// <summary>After which of them it is worth asking again.</summary>
    public required WakeEvents Wakes { get; init; }

    /// <summary>What this one node lacks; asked only of a node that it refuses.</summary>
    public required Func<GroupStanding, Candidate, RefusalDetail> Detail { get; init; }
}

/// <summary>The filters in their order: the first that refuses a node is the reason that is told.</summary>
internal static class NodeFilters
{
    public static ImmutableArray<NodeFilter> All { get; } =
    [
        new("ready", FilterScope.Fixed, IsReady, n => $"{Nodes(n)} not available for new tasks")
        {
            Wakes = WakeEvents.NodeReady,
            Detail = (_, candidate) => RefusalDetails.NotReady(candidate),
        },
        new("resources", FilterScope.Room, HasResources, n => $"insufficient resources on {Nodes(n)}")
        {
            Wakes = WakeEvents.TaskEnds | WakeEvents.Capacity,
            Detail = RefusalDetails.Resources,
        },
        new("constraints", FilterScope.Fixed, MeetsConstraints,
            n => $"scheduling constraints not satisfied on {Nodes(n)}")
        {
            Wakes = WakeEvents.NodeLabels,
            Detail = RefusalDetails.Constraints,
        },
        new("affinities", FilterScope.Group, MeetsAffinities, n => $"affinities not satisfied on {Nodes(n)}")
        {
            Wakes = WakeEvents.TaskPlaced | WakeEvents.TaskEnds | WakeEvents.NodeLabels | WakeEvents.NodeContent
                | WakeEvents.NodeReady,
            Detail = RefusalDetails.Affinities,
        },
        new("platform", FilterScope.Fixed, MatchesPlatform, n => $"unsupported platform on {Nodes(n)}")
        {
            Wakes = WakeEvents.NodeLabels,
            Detail = RefusalDetails.Platform,
        },
        new("plugins", FilterScope.Fixed, HasPlugins, n => $"missing plugin on {Nodes(n)}")
        {
            Wakes = WakeEvents.NodeContent,
            Detail = RefusalDetails.Plugins,
        },
        new("ports", FilterScope.Group, HasPortsFree, n => $"host-mode port already in use on {Nodes(n)}")
        {
            Wakes = WakeEvents.TaskEnds,
            Detail = RefusalDetails.Ports,
        },
        new("replicas", FilterScope.Group, IsBelowMaxReplicas,
            n => $"max replicas per node limit exceeded on {Nodes(n)}")
        {
            Wakes = WakeEvents.TaskEnds,
            Detail = RefusalDetails.Replicas,
        },
        new("dependencies", FilterScope.Group, MeetsDependencies, n => $"nothing to share on {Nodes(n)}")
        {
            Wakes = WakeEvents.TaskPlaced | WakeEvents.TaskEnds,
            Detail = RefusalDetails.Dependencies,
        },
        new("slots", FilterScope.Room, HasSlot, n => $"no free slot on {Nodes(n)}")
        {
            Wakes = WakeEvents.TaskEnds | WakeEvents.NodeLabels,
            Detail = (_, candidate) => RefusalDetails.Slots(candidate),
        },
    ];

    public static ImmutableArray<NodeFilter> Fixed { get; } = Of(FilterScope.Fixed);

    public static ImmutableArray<NodeFilter> Room { get; } = Of(FilterScope.Room);

    public static ImmutableArray<NodeFilter> Group { get; } = Of(FilterScope.Group);

    public static bool PassAll(this ImmutableArray<NodeFilter> filters, GroupStanding group, Candidate candidate) =>
        filters.FirstRefusal(group, candidate) is null;

    public static NodeFilter? FirstRefusal(
        this ImmutableArray<NodeFilter> filters, GroupStanding group, Candidate candidate)
    {
        foreach (var filter in filters)
            if (!filter.Passes(group, candidate))
                return filter;
        return null;
    }

    private static bool IsReady(GroupStanding group, Candidate candidate) => IsReady(candidate.Node);

    public static bool IsReady(Node node) =>
        node.Status.State == NodeState.Ready
        && node.Spec.Availability == Availability.Active
        && node.Description.RuntimeError.Length == 0;

    private static bool HasResources(GroupStanding group, Candidate candidate)
    {
        var request = group.Request;
        if (request.ReservesNothing)
            return true;
        var capacity = candidate.Capacity;
        var usage = candidate.Usage;
        if (!Fits(request.NanoCpus, usage.NanoCpus, capacity.NanoCpus)
            || !Fits(request.MemoryBytes, usage.MemoryBytes, capacity.MemoryBytes))
            return false;
        foreach (var wanted in request.Generic)
            if (wanted.Count > Grants.FreeOf(wanted.Kind, capacity, usage))
                return false;
        return true;
    }

    public static bool Fits(long wanted, long used, long capacity) => wanted == 0 || wanted <= capacity - used;

    private static bool MeetsConstraints(GroupStanding group, Candidate candidate)
    {
        foreach (var constraint in group.Request.Constraints)
            if (constraint?.Holds(candidate.Node) != true)
                return false;
        return true;
    }

    private static bool MeetsDependencies(GroupStanding group, Candidate candidate) =>
        group.MeetsDependencies(candidate);

    private static bool MeetsAffinities(GroupStanding group, Candidate candidate) => group.MeetsAffinities(candidate);

    private static bool MatchesPlatform(GroupStanding group, Candidate candidate) =>
        group.Request.Platforms.IsEmpty
        || group.Request.Platforms.Any(wanted => Platforms.Match(wanted, candidate.Node.Description.Platform));

    /// <summary>A node that names none of its plugins may have any.</summary>
    private static bool HasPlugins(GroupStanding group, Candidate candidate) =>
        group.Request.Plugins.IsEmpty
        || candidate.Node.Description.Plugins.IsEmpty
        || group.Request.Plugins.All(wanted => NeededPlugins.IsThere(wanted, candidate.Node.Description.Plugins));

    private static bool HasPortsFree(GroupStanding group, Candidate candidate)
    {
        foreach (var port in group.Request.Ports)
            if (!candidate.Usage.IsFree(port))
                return false;
        return group.Request.PortRanges.IsEmpty || Grants.TryChoosePorts(group.Request, candidate.Usage, 0, out _);
    }

    private static bool IsBelowMaxReplicas(GroupStanding group, Candidate candidate) =>
        group.Request.MaxReplicasPerNode == 0
        || (ulong)group.TasksOn(candidate) < group.Request.MaxReplicasPerNode;

    private static bool HasSlot(GroupStanding group, Candidate candidate) => candidate.Usage.Tasks < candidate.Slots;

    private static ImmutableArray<NodeFilter> Of(FilterScope scope) => [.. All.Where(filter => filter.Scope == scope)];

    private static string Nodes(int count) => count == 1 ? "1 node" : $"{count} nodes";
}
