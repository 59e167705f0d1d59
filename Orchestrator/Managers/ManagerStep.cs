using Orchestrator.Consensus.Core;

namespace Orchestrator.Managers;

/// <summary>One step towards the managers that are wanted.</summary>
internal abstract record ManagerStep
{
    private ManagerStep()
    {
    }

    /// <summary>The learner gets a vote.</summary>
    internal sealed record Promote(Member Member) : ManagerStep;

    /// <summary>The member leaves the group for ever.</summary>
    /// <param name="Why">for people</param>
    internal sealed record Remove(Member Member, string Why) : ManagerStep;

    /// <summary>The leader itself is to go: another leads first, and removes it then.</summary>
    internal sealed record HandOver(Member Self) : ManagerStep;

    /// <summary>Nothing can be done about this now.</summary>
    /// <param name="Why">for people: what is to be done, why it is not, what would help</param>
    internal sealed record Wait(string Why) : ManagerStep;
}
