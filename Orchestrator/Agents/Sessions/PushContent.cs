using System.Net;

namespace Orchestrator.Agents.Sessions;

/// <summary>A request body that is written while the response is read.</summary>
/// <param name="write">writes it; the body ends when it completes</param>
internal sealed class PushContent(Func<Stream, CancellationToken, Task> write) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        write(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        write(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
