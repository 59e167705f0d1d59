using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Security;

/// <summary>What all who serve short calls on the cluster's port do alike: caller, body, answer, refusal.</summary>
internal static class ClusterCall
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);

    /// <exception cref="RefusedException">the caller has shown no certificate of this cluster</exception>
    public static PeerIdentity PeerOf(HttpContext context) =>
        PeerIdentity.Of(context.Connection.ClientCertificate) ?? throw new RefusedException(
            StatusCodes.Status403Forbidden,
            "only nodes of this cluster may do this: connect with a node's certificate");

    /// <summary>The whole body.</summary>
    /// <exception cref="BadHttpRequestException">it is longer than that</exception>
    public static async Task<byte[]> ReadAsync(HttpContext context, int maxBytes, CancellationToken ct)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = maxBytes;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, ct);
        return body.ToArray();
    }

    public static async Task WriteAsync(HttpContext context, byte[] answer, CancellationToken ct)
    {
        context.Response.ContentType = ClusterPaths.BodyType;
        await context.Response.Body.WriteAsync(answer, ct);
    }

    /// <summary>Expected failures of <paramref name="handle"/> become a status with a plain sentence.</summary>
    public static async Task AnswerAsync(HttpContext context, Func<Task> handle)
    {
        try
        {
            await handle();
        }
        catch (RefusedException e)
        {
            if (e.Leader.Length > 0 && !context.Response.HasStarted)
                context.Response.Headers[ClusterPaths.LeaderHeader] = e.Leader;
            await RefuseAsync(context, e.Status, e.Message);
        }
        catch (InvalidDataException e)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, $"{e.Message} The limit is {LimitOf(context)} bytes.");
        }
        catch (ProposalException e)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, e.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    /// <summary>The connection is cut instead when the answer has begun.</summary>
    public static async Task RefuseAsync(HttpContext context, int status, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        if (status == StatusCodes.Status429TooManyRequests)
            context.Response.Headers.RetryAfter = "1";
        await context.Response.WriteAsync(message, context.RequestAborted);
        await DrainAsync(context);
    }

    /// <summary>
    /// The answer is complete, and the caller has time to end its body by itself: one that is reset while it is written
    /// may hang its writer, see <see cref="PushContent"/>.
    /// </summary>
    private static async Task DrainAsync(HttpContext context)
    {
        await context.Response.CompleteAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(DrainLimit);
        try
        {
            await context.Request.Body.CopyToAsync(Stream.Null, limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // It has gone, or says too much.
        }
    }

    private static long? LimitOf(HttpContext context) =>
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;
}
