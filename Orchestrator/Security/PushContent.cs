using System.Net;
using Orchestrator.Primitives;

namespace Orchestrator.Security;

/// <summary>A request body that is written while the response is read.</summary>
/// <param name="write">writes it; the body ends when it completes</param>
/// <remarks>
/// Whoever gives a call up ends the body first, and normally, then leaves the response. Both at once may leave a lock
/// inside the HTTP/2 client held for ever (seen on .NET 10.0.12), and disposing the response never returns.
/// </remarks>
internal sealed class PushContent(Func<Stream, CancellationToken, Task> write) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        write(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        write(stream, cancellationToken);

    /// <summary>Lets the body end before the reading of the response is cancelled.</summary>
    /// <param name="writing">what writes the body</param>
    /// <param name="reading">cancelled when the body has ended and <paramref name="ct"/> is cancelled, or the writer
    /// has failed</param>
    /// <param name="ct">ends the writer</param>
    public static async Task EndFirstAsync(Task writing, CancellationTokenSource reading, CancellationToken ct)
    {
        try
        {
            await writing;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The body ends where it is.
        }
        catch
        {
            reading.CancelSoon();
            throw;
        }
        ct.UnsafeRegister(static source => ((CancellationTokenSource)source!).CancelSoon(), reading);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
