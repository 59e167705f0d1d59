using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

/// <summary>Version of an object; a write names the one it was made from. <c>{}</c> is 0.</summary>
public sealed record ObjectVersionDto
{
    [JsonIgnore(Condition = WhenWritingDefault)]
    public ulong Index { get; set; }
}

/// <summary>Body of every answer from 400 up.</summary>
public sealed record ErrorDto
{
    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

/// <summary>A driver and its options: log drivers, volume drivers, secret drivers.</summary>
public sealed record DriverDto
{
    public string? Name { get; set; }

    public IReadOnlyDictionary<string, string>? Options { get; set; }
}

public sealed record PlatformDto
{
    public string? Architecture { get; set; }

    [JsonPropertyName("OS")]
    public string? Os { get; set; }
}

/// <summary>An object without members: the mode <c>Global</c> and other marks by presence.</summary>
public sealed record EmptyDto;
