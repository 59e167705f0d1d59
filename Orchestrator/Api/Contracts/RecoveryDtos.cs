using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

/// <summary>Asks for a backup.</summary>
public sealed record BackupRequestDto
{
    /// <summary>A secret: what the backup is encrypted with.</summary>
    public string? Passphrase { get; set; }
}

/// <summary>Comes before the file itself, see <c>RestoreRequestReader</c>.</summary>
public sealed record RestoreRequestDto
{
    /// <summary>A secret.</summary>
    public string? Passphrase { get; set; }

    public string? ListenAddr { get; set; }

    public string? AdvertiseAddr { get; set; }
}

public sealed record RestoreResponseDto
{
    /// <summary>This host in the cluster now.</summary>
    [JsonPropertyName("NodeID")]
    public string NodeId { get; set; } = "";

    /// <summary>When the backup was made: what came later is lost.</summary>
    public DateTimeOffset TakenAt { get; set; }

    [JsonIgnore(Condition = Never)]
    public int Services { get; set; }

    /// <summary>Nodes that were managers and are workers now.</summary>
    [JsonIgnore(Condition = Never)]
    public int FormerManagers { get; set; }
}
