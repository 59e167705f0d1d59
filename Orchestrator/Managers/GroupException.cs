namespace Orchestrator.Managers;

/// <summary>This host could not become a member of the managers' group. The message is for the user.</summary>
internal sealed class GroupException(GroupFailure failure, string message) : Exception(message)
{
    public GroupFailure Failure { get; } = failure;
}

internal enum GroupFailure
{
    /// <summary>No manager that leads has answered in time.</summary>
    NoLeader,

    /// <summary>The leader says no, and will say so again until something is changed.</summary>
    Refused,

    /// <summary>This member was removed for ever: the host may come back as another one.</summary>
    Removed,
}

/// <summary>A request about the group is answered with this status and message.</summary>
/// <param name="leader">where the leader is, when this manager does not lead; else empty</param>
internal sealed class GroupRefusedException(int status, string message, string leader = "") : Exception(message)
{
    public int Status { get; } = status;

    public string Leader { get; } = leader;
}
