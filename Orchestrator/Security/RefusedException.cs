namespace Orchestrator.Security;

/// <summary>A request on the cluster's port is answered with this status and message.</summary>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary><c>ip:port</c> of the manager that leads, and so would not refuse; else empty.</summary>
    public string Leader { get; init; } = "";
}
