using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

/// <summary>The cluster. <see cref="JoinTokens"/> is null where the answer must not show them (info).</summary>
public sealed record SwarmDto
{
    [JsonPropertyName("ID")]
    public string Id { get; set; } = "";

    public ObjectVersionDto Version { get; set; } = new();

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public SwarmSpecDto Spec { get; set; } = new();

    [JsonPropertyName("TLSInfo")]
    public TlsInfoDto TlsInfo { get; set; } = new();

    public bool RootRotationInProgress { get; set; }

    [JsonIgnore(Condition = Never)]
    public IReadOnlyList<string>? DefaultAddrPool { get; set; }

    public uint SubnetSize { get; set; }

    public uint DataPathPort { get; set; }

    public JoinTokensDto? JoinTokens { get; set; }
}

/// <summary>Secrets: they let a host into the cluster.</summary>
public sealed record JoinTokensDto
{
    public string Worker { get; set; } = "";

    public string Manager { get; set; } = "";
}

public sealed record SwarmInitDto
{
    public string? ListenAddr { get; set; }

    public string? AdvertiseAddr { get; set; }

    public string? DataPathAddr { get; set; }

    public uint DataPathPort { get; set; }

    public bool ForceNewCluster { get; set; }

    public SwarmSpecDto? Spec { get; set; }

    public bool AutoLockManagers { get; set; }

    public string? Availability { get; set; }

    public IReadOnlyList<string>? DefaultAddrPool { get; set; }

    public uint SubnetSize { get; set; }
}

public sealed record SwarmJoinDto
{
    public string? ListenAddr { get; set; }

    public string? AdvertiseAddr { get; set; }

    public string? DataPathAddr { get; set; }

    public IReadOnlyList<string>? RemoteAddrs { get; set; }

    public string? JoinToken { get; set; }

    public string? Availability { get; set; }
}

/// <summary>Asks to unlock, and answers which key does; "" = no lock.</summary>
public sealed record UnlockKeyDto
{
    [JsonIgnore(Condition = Never)]
    public string? UnlockKey { get; set; } = "";
}
