using System.Net;
using Orchestrator.Primitives;

namespace Orchestrator.Security;

/// <summary>A request body that is written while the response is read.</summary>
/// <param name="write">writes it; the body ends when it completes, in good order even when it fails</param>
/// <remarks>
/// Whoever gives a call up ends the body first, and normally, then leaves the response. Both at once, or a body that
/// fails because its connection breaks, may leave a lock inside the HTTP/2 client held for ever (seen on .NET 10.0.12),
/// and disposing the response never returns: see <see cref="CallEnd"/>. And a call whose answer was complete before it
/// was looked at waits for the body, whatever its own token says: so a body ends when it is told that nobody reads it.
/// </remarks>
internal sealed class PushContent(Func<Stream, CancellationToken, Task> write) : HttpContent
{
    /// <summary>A body that nobody reads any more is followed by the end of the answer within this time.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        await write(stream, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Lets the body end before the reading of the response is cancelled.</summary>
    /// <param name="write">writes the body until its token is cancelled</param>
    /// <param name="reading">cancelled when the body has ended and <paramref name="ct"/> is cancelled, or the writer
    /// has failed; some seconds after <paramref name="unread"/>, if the answer has not ended by then</param>
    /// <param name="unread">cancelled when nobody reads the body any more</param>
    /// <param name="ct">ends the writer</param>
    public static async Task EndFirstAsync(
        Func<CancellationToken, Task> write,
        CancellationTokenSource reading,
        CancellationToken unread,
        CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        // Not on the thread that says it: the HTTP/2 client reads with that one.
        await using var soon = unread.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).CancelSoon(), ended);
        try
        {
            await write(ended.Token);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested || unread.IsCancellationRequested)
        {
            // The body ends where it is.
        }
        catch
        {
            reading.CancelSoon();
            throw;
        }
        if (unread.IsCancellationRequested)
            reading.CancelAfter(AnswerLimit); // an end that gets lost with the connection must not be waited for
        ct.UnsafeRegister(static source => ((CancellationTokenSource)source!).CancelSoon(), reading);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
