using Orchestrator.Consensus.Core;
using Orchestrator.Model;

namespace Orchestrator.Managers;

/// <summary>The nodes' rows show where managers are.</summary>
internal static class ManagerRows
{
    /// <summary>The rows whose address is not that of the node's member; empty for a node that has none.</summary>
    public static ImmutableArray<Node> Differing(ManagerView view, DateTimeOffset now)
    {
        var members = view.Membership.Members
            .OrderBy(view.IsReachable) // a later one counts: the one that is there
            .Aggregate(ImmutableDictionary<string, Member>.Empty, (all, member) => all.SetItem(member.Node, member));
        return
        [
            .. view.Nodes.Values
                .Where(node => node.ManagerAddress != AddressOf(node, members.GetValueOrDefault(node.Id.Value)))
                .Select(node => node with
                {
                    ManagerAddress = AddressOf(node, members.GetValueOrDefault(node.Id.Value)),
                    Meta = node.Meta.Touched(now),
                }),
        ];
    }

    /// <summary>A member without an address is a single manager that has not said its own yet: its row knows.</summary>
    private static string AddressOf(Node node, Member? member) =>
        member is null ? "" : member.Address.Length > 0 ? member.Address : node.ManagerAddress;
}
