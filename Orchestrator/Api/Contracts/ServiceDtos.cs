using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

public sealed record ServiceDto
{
    [JsonPropertyName("ID")]
    public string Id { get; set; } = "";

    public ObjectVersionDto Version { get; set; } = new();

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public ServiceSpecDto Spec { get; set; } = new();

    public ServiceSpecDto? PreviousSpec { get; set; }

    public EndpointDto Endpoint { get; set; } = new();

    public UpdateStatusDto? UpdateStatus { get; set; }

    /// <summary>Only in lists that were asked for with <c>status=true</c>.</summary>
    public ServiceStatusDto? ServiceStatus { get; set; }

    public JobStatusDto? JobStatus { get; set; }
}

public sealed record EndpointDto
{
    [JsonIgnore(Condition = Never)]
    public EndpointSpecDto? Spec { get; set; }

    public IReadOnlyList<PortConfigDto>? Ports { get; set; }

    [JsonPropertyName("VirtualIPs")]
    public IReadOnlyList<VirtualIpDto>? VirtualIps { get; set; }
}

public sealed record VirtualIpDto
{
    [JsonPropertyName("NetworkID")]
    public string? NetworkId { get; set; }

    /// <summary>Address and prefix length, <c>10.0.1.7/24</c>.</summary>
    public string? Addr { get; set; }
}

public sealed record UpdateStatusDto
{
    /// <summary>
    /// <c>updating</c>, <c>paused</c>, <c>completed</c>, <c>rollback_started</c>, <c>rollback_paused</c>,
    /// <c>rollback_completed</c>.
    /// </summary>
    public string? State { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    public string? Message { get; set; }
}

public sealed record ServiceStatusDto
{
    public ulong RunningTasks { get; set; }

    public ulong DesiredTasks { get; set; }

    public ulong CompletedTasks { get; set; }
}

public sealed record JobStatusDto
{
    public ObjectVersionDto JobIteration { get; set; } = new();

    public DateTimeOffset LastExecution { get; set; }
}

public sealed record ServiceCreateResponseDto
{
    [JsonPropertyName("ID")]
    public string Id { get; set; } = "";

    public IReadOnlyList<string>? Warnings { get; set; }
}

/// <summary>The body is mandatory: the client stops with EOF without one.</summary>
public sealed record ServiceUpdateResponseDto
{
    [JsonIgnore(Condition = Never)]
    public IReadOnlyList<string>? Warnings { get; set; }
}
