using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>What a healed group must come to.</summary>
internal static class Convergence
{
    /// <summary>What is still missing, for people; null when nothing is.</summary>
    public static string? Missing(World world)
    {
        if (world.Leader() is not { Process: { } leader })
            return "nobody leads";
        if (!world.Clients.AreDone)
            return "clients wait for answers";
        var core = leader.Core;
        if (core.CommitIndex != core.LastPosition.Index)
            return $"the leader {leader.Member.Id} has {core.LastPosition}, committed {core.CommitIndex}";
        if (!MembershipChecker.Same(core.Membership, core.CommittedMembership))
            return "a change of the membership is under way";
        return core.Membership.Members.Select(member => Missing(world, leader, member)).FirstOrDefault(text => text is not null);
    }

    private static string? Missing(World world, MemberProcess leader, Member member)
    {
        if (!member.Votes)
            return $"{member.Id} is still a learner";
        if (world.Find(member.Id)!.Process is not { } process)
            return $"{member.Id} is down and still a member";
        if (process != leader && process.Leads)
            return $"{member.Id} thinks that it leads";
        if (process.Core.Term != leader.Core.Term || process.Core.Leader != leader.Member.Id)
            return $"{member.Id} is in term {process.Core.Term} and follows {process.Core.Leader}, "
                + $"not {leader.Member.Id} in term {leader.Core.Term}";
        if (process.Applies.Machine.Applied != leader.Core.LastPosition)
            return $"{member.Id} has applied {process.Applies.Machine.Applied} of {leader.Core.LastPosition}";
        return MembershipChecker.Same(process.Core.Membership, leader.Core.Membership)
            ? null : $"{member.Id} has another membership than the leader";
    }
}
