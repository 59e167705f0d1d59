namespace Orchestrator.Scheduling.Rebalancing;

/// <summary>
/// Whether a task that is on neither of two nodes is better off on the second. It goes through the parts of a rank in
/// their order, as the scheduler does, and stops at the first that differs.
/// </summary>
/// <remarks>
/// A part that counts tasks differs by two with the task back on its node: the move leaves the two more even, and the
/// way back would not. Other services change none of a service's own parts; so moves come to an end.
/// </remarks>
internal static class MoveReason
{
    /// <summary>Shares must differ by this much, in millionths, after the move: each move costs a restart.</summary>
    private const long ClearShare = 50_000;

    private const double Percent = 10_000;

    /// <param name="source">the task is taken off it</param>
    /// <param name="isShared">others follow it: what that does to the load of nodes is not known</param>
    /// <returns>why, in words; null when it had better stay</returns>
    public static string? Of(
        GroupStanding group, BranchCounts branches, Candidate source, Candidate target, bool isShared)
    {
        var (from, to) = (group.RankOf(source), group.RankOf(target));
        if (to.Failures > 0 || to.Unmet > from.Unmet)
            return null;
        var wishes = group.Request.UnmetWishes(source.Node) - group.Request.UnmetWishes(target.Node);
        if (wishes != 0)
            return wishes > 0 ? "the node meets more of what the service had better have" : null;
        var (here, there) = (branches.Of(source), branches.Of(target));
        for (var level = branches.Parting(source, target); level < here.Length; level++)
            if (here[level] != there[level])
                return here[level] < there[level] ? null
                    : $"{here[level] + 1} of its tasks in {group.Request.Branches[level].Key} "
                        + $"{Place(group, source, level)}, {there[level]} in {Place(group, target, level)}";
        if (from.TasksOfService != to.TasksOfService)
            return from.TasksOfService < to.TasksOfService ? null
                : $"{from.TasksOfService + 1} of its tasks on {Name(source)}, {to.TasksOfService} on {Name(target)}";
        return isShared ? null : Load(group.Request, source, target);
    }

    private static string? Load(SchedulingRequest request, Candidate source, Candidate target)
    {
        if (request is { NanoCpus: 0, MemoryBytes: 0 })
            return source.Usage.Tasks <= target.Usage.Tasks ? null
                : $"{source.Usage.Tasks + 1} tasks of all services on {Name(source)}, {target.Usage.Tasks} on "
                    + Name(target);
        var (cpu, cpuThere) = (NodeRank.CpuAfter(request, source), NodeRank.CpuAfter(request, target));
        var (memory, memoryThere) = (NodeRank.MemoryAfter(request, source), NodeRank.MemoryAfter(request, target));
        if ((request.NanoCpus > 0 && cpu - cpuThere <= ClearShare)
            || (request.MemoryBytes > 0 && memory - memoryThere <= ClearShare))
            return null;
        return request.NanoCpus > 0
            ? $"{cpu / Percent:0}% of {Name(source)}'s CPUs are reserved, then "
                + $"{cpuThere / Percent:0}% of {Name(target)}'s"
            : $"{memory / Percent:0}% of {Name(source)}'s memory is reserved, then "
                + $"{memoryThere / Percent:0}% of {Name(target)}'s";
    }

    private static string Place(GroupStanding group, Candidate candidate, int level) =>
        group.Request.Branches[level].ValueOf(candidate.Node) is { Length: > 0 } value ? value : "(none)";

    private static string Name(Candidate candidate) => candidate.Node.Description.Hostname;
}
