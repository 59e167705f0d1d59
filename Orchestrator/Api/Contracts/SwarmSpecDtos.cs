using System.Text.Json;
using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

/// <summary>Settings of the cluster; in requests 0 and absence mean: keep, or the default.</summary>
public sealed record SwarmSpecDto
{
    /// <summary>Always <c>default</c>.</summary>
    public string? Name { get; set; }

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    [JsonIgnore(Condition = Never)]
    public OrchestrationConfigDto? Orchestration { get; set; } = new();

    [JsonIgnore(Condition = Never)]
    public RaftConfigDto? Raft { get; set; } = new();

    [JsonIgnore(Condition = Never)]
    public DispatcherConfigDto? Dispatcher { get; set; } = new();

    [JsonPropertyName("CAConfig")]
    [JsonIgnore(Condition = Never)]
    public CaConfigDto? CaConfig { get; set; } = new();

    [JsonIgnore(Condition = Never)]
    public TaskDefaultsDto? TaskDefaults { get; set; } = new();

    [JsonIgnore(Condition = Never)]
    public EncryptionConfigDto? EncryptionConfig { get; set; } = new();
}

public sealed record OrchestrationConfigDto
{
    public long? TaskHistoryRetentionLimit { get; set; }
}

public sealed record RaftConfigDto
{
    [JsonIgnore(Condition = WhenWritingDefault)]
    public ulong SnapshotInterval { get; set; }

    public ulong? KeepOldSnapshots { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public ulong LogEntriesForSlowFollowers { get; set; }

    public int ElectionTick { get; set; }

    public int HeartbeatTick { get; set; }
}

public sealed record DispatcherConfigDto
{
    /// <summary>Nanoseconds.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)]
    public long HeartbeatPeriod { get; set; }
}

public sealed record CaConfigDto
{
    /// <summary>Nanoseconds.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)]
    public long NodeCertExpiry { get; set; }

    /// <summary>Known only to be refused.</summary>
    [JsonPropertyName("ExternalCAs")]
    public IReadOnlyList<JsonElement>? ExternalCas { get; set; }

    /// <summary>Write-only: never in an answer.</summary>
    [JsonPropertyName("SigningCACert")]
    public string? SigningCaCert { get; set; }

    /// <summary>A secret, write-only: never in an answer.</summary>
    [JsonPropertyName("SigningCAKey")]
    public string? SigningCaKey { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public ulong ForceRotate { get; set; }
}

public sealed record TaskDefaultsDto
{
    public DriverDto? LogDriver { get; set; }
}

public sealed record EncryptionConfigDto
{
    public bool AutoLockManagers { get; set; }
}
