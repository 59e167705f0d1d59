using Orchestrator.Store;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>How room can be made on one node; the least is the best.</summary>
/// <param name="Victims">none: it is enough to wait for those that are leaving</param>
/// <param name="Left">the node's usage when all of them have gone</param>
internal sealed record RoomPlan(Candidate Candidate, ImmutableArray<Occupant> Victims, NodeUsage Left)
    : IComparable<RoomPlan>
{
    private int HighestLevel => Victims.IsEmpty ? int.MinValue : Victims.Max(victim => victim.Level);

    private DateTimeOffset Oldest =>
        Victims.IsEmpty ? DateTimeOffset.MaxValue : Victims.Min(victim => victim.Holder.Meta.CreatedAt);

    public int CompareTo(RoomPlan? other)
    {
        if (other is null)
            return 1;
        if (Victims.Length != other.Victims.Length)
            return Victims.Length.CompareTo(other.Victims.Length);
        if (HighestLevel != other.HighestLevel)
            return HighestLevel.CompareTo(other.HighestLevel);
        return Oldest != other.Oldest
            ? other.Oldest.CompareTo(Oldest)
            : Candidate.Tie.CompareTo(other.Candidate.Tie);
    }
}
