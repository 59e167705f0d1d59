namespace Orchestrator.Runtime.Docker.Contracts;

/// <summary>One line of <c>GET /containers/json</c>: what is used of it.</summary>
internal sealed class ContainerSummary
{
    public string? Id { get; set; }

    /// <summary><c>running</c>, <c>exited</c>, …</summary>
    public string? State { get; set; }

    /// <summary>For people: <c>Up 3 minutes (healthy)</c>.</summary>
    public string? Status { get; set; }

    public Dictionary<string, string?>? Labels { get; set; }

    public SummaryPort[]? Ports { get; set; }
}

internal sealed class SummaryPort
{
    public string? IP { get; set; }

    public uint PrivatePort { get; set; }

    /// <summary>0 = not published.</summary>
    public uint PublicPort { get; set; }

    public string? Type { get; set; }
}
