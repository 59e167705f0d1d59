namespace Orchestrator.Api.Validation;

/// <summary>What is refused because of this node's part in a cluster, in the words that scripts know.</summary>
internal static class NodeRefusals
{
    public const string NoLeader = "The swarm does not have a leader. It's possible that too few managers are online. "
        + "Make sure more than half of the managers are online.";

    public const string LastToDemote = "attempting to demote the last manager of the swarm";

    private const string NotInSwarm =
        "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" "
        + "to connect this node to swarm and try again.";

    private const string Worker =
        "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster "
        + "state. Please run this command on a manager node or promote the current node to a manager.";

    private const string AlreadyPart = "This node is already part of a swarm. Use \"docker swarm leave\" to leave this "
        + "swarm and join another one.";

    private const string LeavingManager =
        "You are attempting to leave the swarm on a node that is participating as a manager. ";

    private const string LastManager = LeavingManager
        + "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. ";

    private const string Suppress = "Use `--force` to suppress this message.";

    /// <summary>A manager that cannot serve yet says why it cannot.</summary>
    public static ApiException NotManager(LocalNodeStatus status) => ApiException.Unavailable(status.Role switch
    {
        LocalNodeRole.Inactive => NotInSwarm,
        LocalNodeRole.Worker => Worker,
        LocalNodeRole.Manager => status.Error.Length > 0 ? status.Error : "This manager is starting: try again.",
    });

    public static void RequireOutside(LocalNodeStatus status)
    {
        if (status.Role != LocalNodeRole.Inactive)
            throw ApiException.Unavailable(AlreadyPart);
    }

    /// <summary>For a new cluster by force, which begins with what a manager has; it may be without a leader.</summary>
    public static void RequireManager(LocalNodeStatus status)
    {
        if (status.Role != LocalNodeRole.Manager)
            throw ApiException.Unavailable("--force-new-cluster begins with a manager's state, and this host has none: "
                + (status.Role == LocalNodeRole.Worker
                    ? "it is a worker. Use a host that is a manager of the cluster, or restore a backup"
                    : "it is in no cluster. Leave the flag out to make a new cluster, or restore a backup"));
    }

    /// <param name="group">null while this host is no active manager</param>
    public static void RequireMayLeave(LocalNodeStatus status, GroupStatus? group, bool force)
    {
        if (status.Role == LocalNodeRole.Inactive)
            throw ApiException.Unavailable("This node is not part of a swarm");
        if (status.Role == LocalNodeRole.Manager && !force)
            throw ApiException.Unavailable(Leaving(status, group));
    }

    /// <summary>Whoever just leaves stays a member that does not answer if the others cannot agree on it.</summary>
    private static string Leaving(LocalNodeStatus status, GroupStatus? group) => group switch
    {
        null => LeavingManager + Suppress,
        { Members.Length: 1 } => LastManager,
        { Margin: <= 0 } => LeavingManager + $"Removing this node leaves {Math.Max(0, group.ReachableVoters - 1)} "
            + $"managers out of {group.Voters}. Without a Raft quorum your swarm will be inaccessible. The only way to "
            + "restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. " + Suppress,
        _ => LeavingManager + RemainingVoters.Of(group, member => member.Node != status.NodeId).Text + Suppress,
    };
}
