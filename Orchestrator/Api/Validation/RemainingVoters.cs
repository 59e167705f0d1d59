namespace Orchestrator.Api.Validation;

/// <summary>The managers with a vote that would be left, as they are seen from here.</summary>
internal readonly record struct RemainingVoters(int All, int Reachable)
{
    /// <summary>How many must agree.</summary>
    public int Needed => (All / 2) + 1;

    /// <summary>How many of them may fail; negative: they could decide nothing.</summary>
    public int Margin => Reachable - Needed;

    /// <summary>A sentence on how many are left and how many of them may fail.</summary>
    public string Text => $"{All} {(All == 1 ? "manager is" : "managers are")} left then, {Reachable} reachable: "
        + Margin switch
        {
            < 0 => $"{Needed} are needed to decide anything",
            0 => "none may fail",
            _ => $"{Margin} may fail",
        } + ". ";

    public static RemainingVoters Of(GroupStatus group, Func<GroupMember, bool> stays)
    {
        var left = group.Members.Where(member => member.Votes && stays(member)).ToArray();
        return new RemainingVoters(left.Length, left.Count(member => member.IsReachable));
    }
}
