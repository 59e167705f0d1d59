using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Api.Http;

/// <summary>Answers in one piece: header and body leave in the same packet, with their length.</summary>
internal static class Respond
{
    /// <summary>Literally this, without a charset: the docker CLI compares it to read error messages.</summary>
    public const string JsonType = "application/json";

    /// <summary>Nobody puts these answers into HTML.</summary>
    public static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static Task JsonAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type) =>
        JsonAsync(http, StatusCodes.Status200OK, value, type);

    public static async Task JsonAsync<T>(HttpContext http, int status, T value, JsonTypeInfo<T> type)
    {
        using var buffer = new PooledBuffer();
        Write(buffer, value, type);
        await BytesAsync(http, status, buffer.Written);
    }

    /// <param name="json">not needed any more when this completes</param>
    public static async Task BytesAsync(HttpContext http, int status, ReadOnlyMemory<byte> json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = JsonType;
        http.Response.ContentLength = json.Length;
        await http.Response.BodyWriter.WriteAsync(json, http.RequestAborted);
    }

    /// <summary>One value and a line end.</summary>
    public static void Write<T>(PooledBuffer buffer, T value, JsonTypeInfo<T> type)
    {
        using (var json = new Utf8JsonWriter(buffer, Plain))
            JsonSerializer.Serialize(json, value, type);
        buffer.GetSpan(1)[0] = (byte)'\n';
        buffer.Advance(1);
    }

    public static Task ErrorAsync(HttpContext http, int status, string message) =>
        JsonAsync(http, status, new ErrorDto { Message = message }, WireJson.Default.ErrorDto);

    public static Task EmptyAsync(HttpContext http, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
            http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
