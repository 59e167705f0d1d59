using Orchestrator.Consensus;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Managers;

/// <summary>
/// Whether a node acts as a manager now. Its certificate does not say: it outlives a demotion and a removal.
/// </summary>
internal static class ManagerStanding
{
    /// <remarks>
    /// Only who follows a leader that it knows can be sure. Anybody else may be so far behind that it has not heard of
    /// a manager yet, and it may be the one that leads by now.
    /// </remarks>
    public static bool Has(MemberStatus status, StateSnapshot state, NodeId node) =>
        IsMember(status, node)
        || status.LeaderMember is null
        || state.Node(node)?.Spec.Role == NodeRole.Manager;

    /// <summary>Until its removal is agreed on: before that, a manager that is kept out would be missed.</summary>
    public static bool IsMember(MemberStatus status, NodeId node) =>
        status.Membership.Members.Concat(status.Committed.Members).Any(member => member.Node == node.Value);
}
