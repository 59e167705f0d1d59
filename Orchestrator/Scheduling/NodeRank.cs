using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Scheduling;

/// <summary>How good a node is for the next task of a group: lower is better, compared part by part.</summary>
/// <param name="Unmet">wishes that it does not meet</param>
internal readonly record struct NodeRank(int Unmet, long First, long Second, ulong Tie) : IComparable<NodeRank>
{
    public static NodeRank Of(SchedulingStrategy strategy, SchedulingRequest request, Candidate candidate, ulong seed)
    {
        var tie = StableHash.Of(candidate.Node.Id.Value, seed);
        var unmet = request.UnmetWishes(candidate.Node);
        return strategy switch
        {
            SchedulingStrategy.Spread => new(unmet, candidate.TasksOf(request.Service), candidate.Usage.Tasks, tie),
            SchedulingStrategy.Binpack => new(unmet, -ReservedShare(candidate), -candidate.Usage.Tasks, tie),
            SchedulingStrategy.Random => throw new InvariantException("random does not rank"),
        };
    }

    public int CompareTo(NodeRank other)
    {
        if (Unmet != other.Unmet)
            return Unmet.CompareTo(other.Unmet);
        if (First != other.First)
            return First.CompareTo(other.First);
        return Second != other.Second ? Second.CompareTo(other.Second) : Tie.CompareTo(other.Tie);
    }

    /// <summary>Millionths of CPU and memory that are set aside, summed.</summary>
    private static long ReservedShare(Candidate candidate)
    {
        var capacity = candidate.Node.Description.Resources;
        return Share(candidate.Usage.NanoCpus, capacity.NanoCpus)
            + Share(candidate.Usage.MemoryBytes, capacity.MemoryBytes);
    }

    private static long Share(long used, long capacity) =>
        capacity <= 0 ? 0 : (long)((Int128)used * 1_000_000 / capacity);
}
