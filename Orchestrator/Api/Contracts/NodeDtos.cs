using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

public sealed record NodeDto
{
    [JsonPropertyName("ID")]
    public string Id { get; set; } = "";

    public ObjectVersionDto Version { get; set; } = new();

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public NodeSpecDto Spec { get; set; } = new();

    public NodeDescriptionDto Description { get; set; } = new();

    public NodeStatusDto Status { get; set; } = new();

    /// <summary>Managers only.</summary>
    public ManagerStatusDto? ManagerStatus { get; set; }
}

public sealed record NodeSpecDto
{
    public string? Name { get; set; }

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary><c>worker</c> or <c>manager</c>; the wanted role.</summary>
    public string? Role { get; set; }

    /// <summary><c>active</c>, <c>pause</c>, <c>drain</c>.</summary>
    public string? Availability { get; set; }
}

public sealed record NodeDescriptionDto
{
    public string? Hostname { get; set; }

    public PlatformDto Platform { get; set; } = new();

    public NodeResourcesDto Resources { get; set; } = new();

    public EngineDescriptionDto Engine { get; set; } = new();

    [JsonPropertyName("TLSInfo")]
    public TlsInfoDto TlsInfo { get; set; } = new();
}

public sealed record EngineDescriptionDto
{
    public string? EngineVersion { get; set; }

    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    public IReadOnlyList<PluginDto>? Plugins { get; set; }
}

public sealed record PluginDto
{
    public string? Type { get; set; }

    public string? Name { get; set; }
}

public sealed record TlsInfoDto
{
    /// <summary>PEM.</summary>
    public string? TrustRoot { get; set; }

    /// <summary>DER of the issuer's name.</summary>
    public byte[]? CertIssuerSubject { get; set; }

    /// <summary>DER of the issuer's public key.</summary>
    public byte[]? CertIssuerPublicKey { get; set; }
}

public sealed record NodeStatusDto
{
    /// <summary><c>unknown</c>, <c>down</c>, <c>ready</c>, <c>disconnected</c>.</summary>
    public string? State { get; set; }

    public string? Message { get; set; }

    /// <summary>IP address.</summary>
    public string? Addr { get; set; }
}

public sealed record ManagerStatusDto
{
    [JsonIgnore(Condition = WhenWritingDefault)]
    public bool Leader { get; set; }

    /// <summary><c>unknown</c>, <c>unreachable</c>, <c>reachable</c>.</summary>
    [JsonIgnore(Condition = Never)]
    public string? Reachability { get; set; }

    /// <summary><c>ip:port</c>; the join command prints it.</summary>
    public string? Addr { get; set; }

    /// <summary>Why it cannot be reached. Docker has no such thing.</summary>
    public string? Problem { get; set; }
}
