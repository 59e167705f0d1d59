using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

public sealed record ServiceSpecDto
{
    public string? Name { get; set; }

    /// <summary>Often an explicit null in requests; answers always hold an object.</summary>
    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    [JsonIgnore(Condition = Never)]
    public TaskSpecDto? TaskTemplate { get; set; } = new();

    [JsonIgnore(Condition = Never)]
    public ServiceModeDto? Mode { get; set; } = new();

    public UpdateConfigDto? UpdateConfig { get; set; }

    public UpdateConfigDto? RollbackConfig { get; set; }

    /// <summary>Where clients before 1.44 put what belongs into the task template.</summary>
    public IReadOnlyList<NetworkAttachmentDto>? Networks { get; set; }

    public EndpointSpecDto? EndpointSpec { get; set; }
}

/// <summary>Exactly one member is set; none means replicated.</summary>
public sealed record ServiceModeDto
{
    public ReplicatedModeDto? Replicated { get; set; }

    public EmptyDto? Global { get; set; }

    public ReplicatedJobDto? ReplicatedJob { get; set; }

    public EmptyDto? GlobalJob { get; set; }
}

public sealed record ReplicatedModeDto
{
    public ulong? Replicas { get; set; }
}

public sealed record ReplicatedJobDto
{
    public ulong? MaxConcurrent { get; set; }

    public ulong? TotalCompletions { get; set; }
}

public sealed record UpdateConfigDto
{
    /// <summary>Slots at once; 0 = all.</summary>
    public ulong Parallelism { get; set; }

    /// <summary>Nanoseconds.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)]
    public long Delay { get; set; }

    /// <summary><c>pause</c>, <c>continue</c>, <c>rollback</c>.</summary>
    public string? FailureAction { get; set; }

    /// <summary>Nanoseconds; 0 = the default, 5 s.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)]
    public long Monitor { get; set; }

    public double MaxFailureRatio { get; set; }

    /// <summary><c>stop-first</c>, <c>start-first</c> or empty.</summary>
    [JsonIgnore(Condition = Never)]
    public string? Order { get; set; } = "";
}

public sealed record EndpointSpecDto
{
    /// <summary><c>vip</c> or <c>dnsrr</c>.</summary>
    public string? Mode { get; set; }

    public IReadOnlyList<PortConfigDto>? Ports { get; set; }
}

public sealed record PortConfigDto
{
    public string? Name { get; set; }

    /// <summary><c>tcp</c>, <c>udp</c>, <c>sctp</c>.</summary>
    public string? Protocol { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public uint TargetPort { get; set; }

    /// <summary>0 = the system picks one.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)]
    public uint PublishedPort { get; set; }

    /// <summary><c>ingress</c> or <c>host</c>.</summary>
    public string? PublishMode { get; set; }

    /// <summary>
    /// Last of a range that begins with <see cref="PublishedPort"/>: a task gets one of it; 0 = no range. Not Docker's.
    /// </summary>
    [JsonIgnore(Condition = WhenWritingDefault)]
    public uint PublishedPortEnd { get; set; }

    /// <summary>The address of the node to listen on; absent = all. Not Docker's.</summary>
    [JsonPropertyName("HostIP")]
    public string? HostIp { get; set; }
}
