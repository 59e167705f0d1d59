using System.Text.Json.Serialization;

namespace Orchestrator.Api.Contracts;

/// <summary>What <c>docker version</c> shows of the server.</summary>
public sealed record EngineVersionDto
{
    public EnginePlatformDto Platform { get; set; } = new();

    public IReadOnlyList<EngineComponentDto>? Components { get; set; }

    public string Version { get; set; } = "";

    public string ApiVersion { get; set; } = "";

    [JsonPropertyName("MinAPIVersion")]
    public string? MinApiVersion { get; set; }

    public string GitCommit { get; set; } = "";

    public string GoVersion { get; set; } = "";

    public string Os { get; set; } = "";

    public string Arch { get; set; } = "";

    public string? KernelVersion { get; set; }

    public string? BuildTime { get; set; }
}

public sealed record EnginePlatformDto
{
    public string Name { get; set; } = "";
}

public sealed record EngineComponentDto
{
    public string Name { get; set; } = "";

    public string Version { get; set; } = "";

    public IReadOnlyDictionary<string, string>? Details { get; set; }
}
