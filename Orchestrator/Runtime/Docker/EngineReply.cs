using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

/// <summary>A whole answer. A status of 400 and above is a value here: some callers know what to do with it.</summary>
internal sealed record EngineReply(HttpStatusCode Status, byte[] Body)
{
    private const int MaxErrorChars = 2000;

    public bool Ok => (int)Status < 400;

    /// <summary>The engine's own words for a refusal.</summary>
    public string Message
    {
        get
        {
            var text = ParsedMessage() ?? Encoding.UTF8.GetString(Body);
            if (string.IsNullOrWhiteSpace(text))
                return $"the Docker engine answered with status {(int)Status} and no explanation";
            text = text.Trim();
            return text.Length <= MaxErrorChars ? text : text[..MaxErrorChars];
        }
    }

    /// <exception cref="RuntimeException">when the engine refused</exception>
    public EngineReply OrThrow() => Ok ? this : throw EngineFailures.Refused(this);

    /// <exception cref="RuntimeException">when the engine refused, or says something that is not understood</exception>
    public T Read<T>(JsonTypeInfo<T> type) where T : class
    {
        OrThrow();
        try
        {
            return JsonSerializer.Deserialize(Body, type) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new RuntimeException(
                RuntimeFailure.Unavailable, $"the Docker engine's answer is not understood: {e.Message}", e);
        }
    }

    private string? ParsedMessage()
    {
        try
        {
            return JsonSerializer.Deserialize(Body, EngineJson.Default.EngineError)?.Message;
        }
        catch (JsonException)
        {
            return null; // old engines and proxies answer in plain text
        }
    }
}
