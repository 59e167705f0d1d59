using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orchestrator.Api.Http;

/// <summary>Reads a JSON body of limited size, whatever content type it claims to have.</summary>
internal static class RequestBody
{
    /// <summary>Bytes; the largest config of 1 MB is 1.4 MB as base64.</summary>
    public const int Limit = 4 * 1024 * 1024;

    /// <summary>Bytes; what is longer needs a place among <see cref="BodyPlaces"/> to be kept in memory.</summary>
    public const int Small = 64 * 1024;

    public static async Task<T> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type) where T : class
    {
        if (http.Request.ContentLength > Limit)
            throw TooLarge();
        using var place = http.Features.GetRequiredFeature<BodyPlaces>().None();
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            // What is not given back, also before an exception, breaks the connection instead of the request.
            var consumed = read.Buffer.End;
            try
            {
                if (read.Buffer.Length > Limit)
                    throw TooLarge();
                if (read.IsCompleted)
                    return Parse(read.Buffer, type);
                if (read.Buffer.Length > Small)
                    await place.TakeAsync(http.RequestAborted);
                consumed = read.Buffer.Start;
            }
            finally
            {
                reader.AdvanceTo(consumed, read.Buffer.End);
            }
        }
    }

    private static T Parse<T>(ReadOnlySequence<byte> body, JsonTypeInfo<T> type) where T : class
    {
        if (body.IsEmpty)
            throw ApiException.Bad("invalid JSON: the request has no body");
        var json = new Utf8JsonReader(body);
        try
        {
            var value = JsonSerializer.Deserialize(ref json, type)
                ?? throw ApiException.Bad("invalid JSON: the body is null where an object is needed");
            json.Read(); // throws when more than white space follows
            return value;
        }
        catch (JsonException e)
        {
            throw ApiException.Bad(Explain(e));
        }
    }

    /// <summary>Names the field and the place; the parser's own words name types that mean nothing to a user.</summary>
    private static string Explain(JsonException e)
    {
        var where = e.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "";
        var place = $"line {(e.LineNumber ?? 0) + 1}, byte {e.BytePositionInLine ?? 0}";
        var malformed = e.GetType() != typeof(JsonException) || e.InnerException is JsonException;
        if (malformed)
            return where.Length > 0 ? $"invalid JSON in {where} ({place})" : $"invalid JSON ({place})";
        return where.Length > 0
            ? $"invalid JSON: {where} has a value of the wrong type or out of its range, or is given twice ({place})"
            : $"invalid JSON: an object is needed ({place})";
    }

    private static ApiException TooLarge() => new(
        StatusCodes.Status413PayloadTooLarge, $"the request body is larger than the limit of {Limit} bytes");
}
