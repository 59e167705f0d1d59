namespace Orchestrator.Runtime.Docker.Contracts;

/// <summary>Answer of <c>GET /containers/{id}/json</c>: what is used of it.</summary>
internal sealed class ContainerDetails
{
    public string? Id { get; set; }

    public ContainerStateDetails? State { get; set; }

    public ContainerConfigDetails? Config { get; set; }

    public NetworkSettings? NetworkSettings { get; set; }
}

/// <summary>Times are RFC 3339 texts; the year 1 means never.</summary>
internal sealed class ContainerStateDetails
{
    public string? Status { get; set; }

    public bool OOMKilled { get; set; }

    public int Pid { get; set; }

    public int ExitCode { get; set; }

    public string? Error { get; set; }

    public string? StartedAt { get; set; }

    public string? FinishedAt { get; set; }

    public HealthDetails? Health { get; set; }
}

internal sealed class HealthDetails
{
    public string? Status { get; set; }
}

internal sealed class ContainerConfigDetails
{
    public bool Tty { get; set; }

    public Dictionary<string, string?>? Labels { get; set; }
}

internal sealed class NetworkSettings
{
    public Dictionary<string, PortBinding[]?>? Ports { get; set; }
}
