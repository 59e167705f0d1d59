using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Cli.Client;

/// <summary>What a request carries.</summary>
/// <param name="Json">UTF-8</param>
public sealed record ApiBody(byte[] Json)
{
    /// <summary>Credentials for the image's registry. A secret: never printed.</summary>
    public string? RegistryAuth { get; init; }

    public static ApiBody Of<T>(T value, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(value, type));
}
