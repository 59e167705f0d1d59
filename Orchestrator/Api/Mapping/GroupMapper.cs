using Orchestrator.Api.Contracts;

namespace Orchestrator.Api.Mapping;

/// <summary>The managers' group as nodes and info show it.</summary>
internal static class GroupMapper
{
    public static ManagerStatusDto Status(GroupStatus group, GroupMember member) => new()
    {
        Leader = member.Node == group.Leader,
        Reachability = member.IsReachable ? "reachable" : "unreachable",
        Addr = member.Address,
        Problem = Wire.OrNull(member.Problem),
    };

    public static RemoteManagerDto Remote(GroupMember member) =>
        new() { NodeId = member.Node.Value, Addr = member.Address };

    public static RemoteManagerDto Remote(RemoteManager manager) =>
        new() { NodeId = manager.Id?.Value ?? "", Addr = manager.Address };

    public static QuorumDto Quorum(GroupStatus group) => new()
    {
        Voters = group.Voters,
        Reachable = group.ReachableVoters,
        Learners = group.Members.Length - group.Voters,
        Margin = group.Margin,
    };
}
