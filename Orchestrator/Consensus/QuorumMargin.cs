using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus;

/// <summary>How much a group can lose.</summary>
internal static class QuorumMargin
{
    /// <summary>
    /// How many more voters may fail before nothing can be decided any more; negative when it cannot already.
    /// </summary>
    /// <param name="isReachable">whether a voter takes part now</param>
    public static int Of(Membership membership, Func<Member, bool> isReachable)
    {
        var reachable = membership.Members.Count(member => member.Votes && isReachable(member));
        return reachable - membership.Quorum();
    }
}
