namespace Orchestrator.Consensus;

/// <summary>
/// A change of the managers' group did not happen, or is not known to have. The message says what to do.
/// </summary>
internal sealed class MembershipException(MembershipFailure failure, string message) : Exception(message)
{
    public MembershipFailure Failure { get; } = failure;
}

internal enum MembershipFailure
{
    /// <summary>This member does not lead.</summary>
    NotLeader,

    /// <summary>Too few of the voters that would be left can be reached.</summary>
    NoQuorumLeft,

    /// <summary>The learner's log is too far behind.</summary>
    NotCaughtUp,

    /// <summary>Another change is under way.</summary>
    ChangeInProgress,

    /// <summary>No such member, or not a change that is allowed.</summary>
    NotAllowed,

    /// <summary>The leader changed meanwhile.</summary>
    LeadershipLost,
}
