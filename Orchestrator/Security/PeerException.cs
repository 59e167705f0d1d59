namespace Orchestrator.Security;

/// <summary>A connection between hosts that must not or cannot come about. The message is for the user.</summary>
public sealed class PeerException(PeerProblem problem, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public PeerProblem Problem { get; } = problem;

    /// <summary>The problem inside what an HTTP client has wrapped around it.</summary>
    public static PeerException? In(Exception? error)
    {
        while (error is not null and not PeerException)
            error = error.InnerException;
        return (PeerException?)error;
    }
}

public enum PeerProblem
{
    /// <summary>Nothing answers at the address, or not in time.</summary>
    Unreachable,

    /// <summary>Something answers that does not speak TLS 1.3 as a manager does.</summary>
    NotAManager,

    /// <summary>The certificate is not from this cluster's CA, or names another cluster.</summary>
    WrongCluster,

    /// <summary>A node of this cluster, but not of the role that is needed.</summary>
    WrongRole,

    /// <summary>A certificate is not valid at this time: the clocks differ, or it has expired.</summary>
    Clock,

    /// <summary>This node's own certificate is not valid any more.</summary>
    OwnCertificateExpired,
}
