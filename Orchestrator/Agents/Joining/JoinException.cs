namespace Orchestrator.Agents.Joining;

/// <summary>A host could not join, renew or leave. The message is for the user.</summary>
public sealed class JoinException(JoinFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public JoinFailure Failure { get; } = failure;

    /// <summary><c>ip:port</c> of the manager to ask instead, when the one that refuses names it; else empty.</summary>
    internal string Leader { get; init; } = "";
}

public enum JoinFailure
{
    /// <summary>The manager does not know the token.</summary>
    WrongToken,

    /// <summary>The manager belongs to another cluster than the token.</summary>
    WrongCluster,

    /// <summary>Nothing answers at the address, or not in time.</summary>
    Unreachable,

    /// <summary>Something answers, but not as a manager.</summary>
    NotAManager,

    /// <summary>The clocks of the two hosts differ too much.</summary>
    Clock,

    /// <summary>The manager cannot serve anybody just now: the managers have no leader.</summary>
    Unavailable,

    /// <summary>The manager says no for another reason.</summary>
    Refused,
}
