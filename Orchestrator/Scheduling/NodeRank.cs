using Orchestrator.Model;

namespace Orchestrator.Scheduling;

/// <summary>
/// How good a node is for any group that asks the same of it: lower is better, compared part by part.
/// </summary>
/// <param name="Unmet">constraints that are wishes, and that it does not meet</param>
/// <param name="Share">
/// millionths of CPU and memory that are reserved after placing, summed over what is asked for; negative for binpack
/// </param>
/// <param name="Tasks">negative for binpack</param>
internal readonly record struct NodeRank(int Unmet, long Share, int Tasks, ulong Tie) : IComparable<NodeRank>
{
    private const double Whole = 1_000_000;

    /// <summary>In the unit of <see cref="Share"/>.</summary>
    public const double OnePercent = Whole / 100;

    public static NodeRank Of(SchedulingRequest request, Candidate candidate)
    {
        var sign = request.Strategy == SchedulingStrategy.Binpack ? -1 : 1;
        return new(request.UnmetWishes(candidate.Node), sign * ShareAfter(request, candidate),
            sign * candidate.Usage.Tasks, candidate.Tie);
    }

    public int CompareTo(NodeRank other)
    {
        if (Unmet != other.Unmet)
            return Unmet.CompareTo(other.Unmet);
        if (Share != other.Share)
            return Share.CompareTo(other.Share);
        return Tasks != other.Tasks ? Tasks.CompareTo(other.Tasks) : Tie.CompareTo(other.Tie);
    }

    /// <summary>
    /// As classic Swarm weighs nodes: what is not asked for does not weigh, so that then tasks are counted.
    /// </summary>
    private static long ShareAfter(SchedulingRequest request, Candidate candidate)
    {
        if (request.ReservesNothing)
            return 0;
        return CpuAfter(request, candidate) + MemoryAfter(request, candidate);
    }

    /// <summary>Millionths that are reserved after placing; 0 when none is asked for.</summary>
    public static long CpuAfter(SchedulingRequest request, Candidate candidate) => PartOf(
        request.NanoCpus, candidate.Usage.NanoCpus, candidate.Capacity.NanoCpus);

    /// <inheritdoc cref="CpuAfter"/>
    public static long MemoryAfter(SchedulingRequest request, Candidate candidate) => PartOf(
        request.MemoryBytes, candidate.Usage.MemoryBytes, candidate.Capacity.MemoryBytes);

    private static long PartOf(long wanted, long used, long capacity) =>
        wanted == 0 || capacity <= 0 ? 0 : (long)(Whole * (used + wanted) / capacity);
}

/// <summary>How good a node is for the next task of one group.</summary>
/// <param name="Failures">of the service there, when there were too many lately; else 0</param>
/// <param name="Unmet">wishes, affinities included</param>
/// <param name="TasksOfService">0 where it does not count</param>
internal readonly record struct GroupRank(int Failures, int Unmet, int TasksOfService, NodeRank Rest)
    : IComparable<GroupRank>
{
    public int CompareTo(GroupRank other)
    {
        var order = CompareGrade(other);
        if (order != 0)
            return order;
        return TasksOfService != other.TasksOfService
            ? TasksOfService.CompareTo(other.TasksOfService)
            : Rest.CompareTo(other.Rest);
    }

    /// <summary>What comes before an even spread over branches.</summary>
    public int CompareGrade(GroupRank other) =>
        Failures != other.Failures ? Failures.CompareTo(other.Failures) : Unmet.CompareTo(other.Unmet);
}

/// <summary>How good a branch of the placement preferences is for the next task of one group.</summary>
/// <param name="Best">of its nodes</param>
/// <param name="Tasks">of the group's service in it</param>
internal readonly record struct BranchRank(GroupRank Best, int Tasks) : IComparable<BranchRank>
{
    public int CompareTo(BranchRank other)
    {
        var order = Best.CompareGrade(other.Best);
        if (order != 0)
            return order;
        return Tasks != other.Tasks ? Tasks.CompareTo(other.Tasks) : Best.CompareTo(other.Best);
    }
}
