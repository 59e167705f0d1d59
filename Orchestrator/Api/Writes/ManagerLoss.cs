using Orchestrator.Api.Validation;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Writes;

/// <summary>Whether the managers can do without one of them. Pure.</summary>
internal static class ManagerLoss
{
    /// <summary>What the decision to let it go rests on: that the others stay managers.</summary>
    /// <param name="force">even if those who would be left could decide nothing</param>
    /// <exception cref="ApiException">they cannot do without it</exception>
    public static IEnumerable<Change> Decide(StateSnapshot state, GroupStatus group, Node node, bool force)
    {
        var others = state.Nodes.Values
            .Where(other => other.Spec.Role == NodeRole.Manager && other.Id != node.Id)
            .ToArray();
        if (others.Length == 0)
            throw ApiException.Bad(NodeRefusals.LastToDemote);
        // Those who are being demoted already do not count as left, whether they are gone yet or not.
        var left = RemainingVoters.Of(group, member => others.Any(other => other.Id == member.Node));
        if (group.MemberOf(node.Id) is { Votes: true })
            RequireQuorum(node, left, force);
        return others.Select(Change.Require);
    }

    private static void RequireQuorum(Node node, RemainingVoters left, bool force)
    {
        if (left.All == 0)
            throw ApiException.Bad($"{NodeRefusals.LastToDemote}: the others have no vote yet. Wait until they have "
                + "caught up: node ls shows them as managers");
        if (left.Margin < 0 && !force)
            throw ApiException.Bad("can't remove member from the raft: this would result in a loss of quorum: without "
                + $"node {node.Id}, {left.Reachable} of the {left.All} managers that are left can be reached, and "
                + $"{left.Needed} are needed to decide anything. Bring managers back first, or demote one that is "
                + "away; swarmnet node demote --force only if those who are away never come back");
    }
}
