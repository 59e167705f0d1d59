using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

/// <summary>A network as lists show it.</summary>
public sealed record NetworkDto
{
    public string Name { get; set; } = "";

    public string Id { get; set; } = "";

    public DateTimeOffset Created { get; set; }

    /// <summary><c>swarm</c> or <c>local</c>.</summary>
    public string Scope { get; set; } = "";

    public string Driver { get; set; } = "";

    [JsonPropertyName("EnableIPv4")]
    public bool EnableIpv4 { get; set; }

    [JsonPropertyName("EnableIPv6")]
    public bool EnableIpv6 { get; set; }

    [JsonPropertyName("IPAM")]
    public IpamDto Ipam { get; set; } = new();

    public bool Internal { get; set; }

    public bool Attachable { get; set; }

    public bool Ingress { get; set; }

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Options { get; set; }

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Labels { get; set; }
}

public sealed record IpamDto
{
    public string Driver { get; set; } = "";

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Options { get; set; }

    [JsonIgnore(Condition = Never)]
    public IReadOnlyList<IpamPoolDto>? Config { get; set; }
}

public sealed record IpamPoolDto
{
    public string? Subnet { get; set; }

    [JsonPropertyName("IPRange")]
    public string? IpRange { get; set; }

    public string? Gateway { get; set; }
}

public sealed record VolumeListDto
{
    public IReadOnlyList<EmptyDto> Volumes { get; set; } = [];

    [JsonIgnore(Condition = Never)]
    public IReadOnlyList<string>? Warnings { get; set; }
}

/// <summary>Something happened to an object of the cluster.</summary>
public sealed record EventDto
{
    public string Type { get; set; } = "";

    /// <summary><c>create</c>, <c>update</c>, <c>remove</c>.</summary>
    public string Action { get; set; } = "";

    public EventActorDto Actor { get; set; } = new();

    [JsonPropertyName("scope")]
    public string Scope { get; set; } = "swarm";

    /// <summary>Unix seconds.</summary>
    [JsonPropertyName("time")]
    public long Time { get; set; }

    /// <summary>Unix nanoseconds.</summary>
    [JsonPropertyName("timeNano")]
    public long TimeNano { get; set; }
}

public sealed record EventActorDto
{
    [JsonPropertyName("ID")]
    public string Id { get; set; } = "";

    public IReadOnlyDictionary<string, string> Attributes { get; set; } = ImmutableDictionary<string, string>.Empty;
}
