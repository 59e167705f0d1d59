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
