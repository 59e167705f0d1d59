using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Client;

/// <summary>The length of the request's JSON (4 bytes, big-endian), the JSON, and the backup as it is read.</summary>
internal sealed class RestoreContent(Stream backup, RestoreRequestDto request) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.RestoreRequestDto);
        var length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(length, json.Length);
        await stream.WriteAsync(length, cancellationToken);
        await stream.WriteAsync(json, cancellationToken);
        await backup.CopyToAsync(stream, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
