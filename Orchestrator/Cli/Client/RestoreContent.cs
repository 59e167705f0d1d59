using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Client;

/// <summary>The length of the request's JSON (4 bytes, big-endian), the JSON, and the backup as it is read.</summary>
internal sealed class RestoreContent(Stream backup, RestoreRequestDto request) : HttpContent
{
    protected override void SerializeToStream(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.RestoreRequestDto);
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(length, json.Length);
        stream.Write(length);
        stream.Write(json);
        backup.CopyTo(stream);
    }

    /// <summary>Must be there; a client that waits asks for the other.</summary>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        SerializeToStream(stream, context, CancellationToken.None);
        return Task.CompletedTask;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
