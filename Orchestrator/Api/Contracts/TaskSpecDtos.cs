using System.Text.Json;
using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

public sealed record TaskSpecDto
{
    public ContainerSpecDto? ContainerSpec { get; set; }

    /// <summary>Known only to be refused.</summary>
    public JsonElement? PluginSpec { get; set; }

    /// <summary>Known only to be refused.</summary>
    public JsonElement? NetworkAttachmentSpec { get; set; }

    public ResourcesDto? Resources { get; set; }

    public RestartPolicyDto? RestartPolicy { get; set; }

    public PlacementDto? Placement { get; set; }

    public IReadOnlyList<NetworkAttachmentDto>? Networks { get; set; }

    public DriverDto? LogDriver { get; set; }

    public ulong ForceUpdate { get; set; }

    /// <summary><c>container</c> or empty.</summary>
    public string? Runtime { get; set; }
}

public sealed record ResourcesDto
{
    public ResourceLimitsDto? Limits { get; set; }

    public NodeResourcesDto? Reservations { get; set; }
}

public sealed record ResourceLimitsDto
{
    [JsonPropertyName("NanoCPUs")]
    [JsonIgnore(Condition = WhenWritingDefault)]
    public long NanoCpus { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public long MemoryBytes { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public long Pids { get; set; }
}

/// <summary>What a node has, or what a task sets aside there.</summary>
public sealed record NodeResourcesDto
{
    [JsonPropertyName("NanoCPUs")]
    [JsonIgnore(Condition = WhenWritingDefault)]
    public long NanoCpus { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public long MemoryBytes { get; set; }

    public IReadOnlyList<GenericResourceDto>? GenericResources { get; set; }
}

/// <summary>One member is set.</summary>
public sealed record GenericResourceDto
{
    public NamedResourceDto? NamedResourceSpec { get; set; }

    public DiscreteResourceDto? DiscreteResourceSpec { get; set; }
}

public sealed record NamedResourceDto
{
    public string? Kind { get; set; }

    public string? Value { get; set; }
}

public sealed record DiscreteResourceDto
{
    public string? Kind { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public long Value { get; set; }
}

public sealed record RestartPolicyDto
{
    /// <summary><c>none</c>, <c>on-failure</c>, <c>any</c>.</summary>
    public string? Condition { get; set; }

    /// <summary>Nanoseconds.</summary>
    public long? Delay { get; set; }

    /// <summary>0 = without limit.</summary>
    public ulong? MaxAttempts { get; set; }

    /// <summary>Nanoseconds; 0 = all restarts count.</summary>
    public long? Window { get; set; }
}

public sealed record PlacementDto
{
    public IReadOnlyList<string>? Constraints { get; set; }

    public IReadOnlyList<PlacementPreferenceDto>? Preferences { get; set; }

    /// <summary>For one node; 0 = no limit.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)]
    public ulong MaxReplicas { get; set; }

    public IReadOnlyList<PlatformDto>? Platforms { get; set; }
}

public sealed record PlacementPreferenceDto
{
    public SpreadDto? Spread { get; set; }
}

public sealed record SpreadDto
{
    [JsonIgnore(Condition = Never)]
    public string? SpreadDescriptor { get; set; } = "";
}

public sealed record NetworkAttachmentDto
{
    public string? Target { get; set; }

    public IReadOnlyList<string>? Aliases { get; set; }

    public IReadOnlyDictionary<string, string>? DriverOpts { get; set; }
}
