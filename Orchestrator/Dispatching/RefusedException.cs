namespace Orchestrator.Dispatching;

/// <summary>A request is answered with this status and message.</summary>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
