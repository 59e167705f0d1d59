namespace Orchestrator.Api.Validation;

/// <summary>What is refused because of this node's part in a cluster, in the words that scripts know.</summary>
internal static class NodeRefusals
{
    private const string NotInSwarm =
        "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" "
        + "to connect this node to swarm and try again.";

    private const string Worker =
        "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster "
        + "state. Please run this command on a manager node or promote the current node to a manager.";

    private const string AlreadyPart = "This node is already part of a swarm. Use \"docker swarm leave\" to leave this "
        + "swarm and join another one.";

    private const string LastManager =
        "You are attempting to leave the swarm on a node that is participating as a manager. "
        + "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. ";

    private const string OneOfManagers =
        "You are attempting to leave the swarm on a node that is participating as a manager. "
        + "Use `--force` to suppress this message.";

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

    public static void RequireMayLeave(LocalNodeStatus status, bool force)
    {
        if (status.Role == LocalNodeRole.Inactive)
            throw ApiException.Unavailable("This node is not part of a swarm");
        if (status.Role == LocalNodeRole.Manager && !force)
            throw ApiException.Unavailable(status.Managers.Length > 1 ? OneOfManagers : LastManager);
    }
}
