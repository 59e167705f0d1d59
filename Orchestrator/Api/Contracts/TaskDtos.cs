using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

public sealed record TaskDto
{
    [JsonPropertyName("ID")]
    public string Id { get; set; } = "";

    public ObjectVersionDto Version { get; set; } = new();

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public string? Name { get; set; }

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    public TaskSpecDto Spec { get; set; } = new();

    [JsonPropertyName("ServiceID")]
    public string? ServiceId { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public int Slot { get; set; }

    [JsonPropertyName("NodeID")]
    public string? NodeId { get; set; }

    public TaskStatusDto Status { get; set; } = new();

    public string? DesiredState { get; set; }

    public IReadOnlyList<GenericResourceDto>? GenericResources { get; set; }

    public ObjectVersionDto? JobIteration { get; set; }

    /// <summary>Always null: there are no cluster volumes.</summary>
    [JsonIgnore(Condition = Never)]
    public IReadOnlyList<string>? Volumes { get; set; }
}

public sealed record TaskStatusDto
{
    public DateTimeOffset Timestamp { get; set; }

    public string? State { get; set; }

    public string? Message { get; set; }

    public string? Err { get; set; }

    public ContainerStatusDto? ContainerStatus { get; set; }

    public PortStatusDto PortStatus { get; set; } = new();
}

public sealed record ContainerStatusDto
{
    [JsonPropertyName("ContainerID")]
    public string ContainerId { get; set; } = "";

    [JsonPropertyName("PID")]
    public int Pid { get; set; }

    public int ExitCode { get; set; }
}

/// <summary>Host-mode ports with the numbers that are bound.</summary>
public sealed record PortStatusDto
{
    public IReadOnlyList<PortConfigDto>? Ports { get; set; }
}
