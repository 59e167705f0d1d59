using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Consensus.Transport;

/// <summary>What the cluster's port serves to other managers: <see cref="PeerHello.Path"/>.</summary>
internal static partial class PeerEndpoint
{
    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(10);

    /// <param name="routes">of the cluster's port only</param>
    /// <param name="receiver">null while this host takes no part in the managers' group</param>
    public static void Map(IEndpointRouteBuilder routes, Func<PeerReceiver?> receiver, ILogger logger) =>
        routes.MapPost(PeerHello.Path, context => ServeAsync(context, receiver(), logger));

    private static async Task ServeAsync(HttpContext context, PeerReceiver? receiver, ILogger logger)
    {
        var ct = context.RequestAborted;
        try
        {
            LongBody.Allow(context);
            var hello = await ReadHelloAsync(context);
            if (receiver is null)
                throw new PeerRefusedException(503, "this manager is not ready yet");
            var peer = receiver.Check(hello, PeerIdentity.Of(context.Connection.ClientCertificate));
            await context.Response.StartAsync(ct);
            await context.Response.Body.FlushAsync(ct);
            await receiver.ReadAsync(context.Request.Body, hello, peer, ct);
        }
        catch (PeerRefusedException e)
        {
            LogRefused(logger, context.Connection.RemoteIpAddress?.ToString() ?? "?", e.Message);
            await ClusterCall.RefuseAsync(context, e.Status, e.Message);
        }
        catch (InvalidDataException e)
        {
            LogRefused(logger, context.Connection.RemoteIpAddress?.ToString() ?? "?", e.Message);
            await ClusterCall.RefuseAsync(context, StatusCodes.Status400BadRequest, e.Message);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            context.Abort(); // the connection is gone; the sender makes a new one
        }
    }

    private static async Task<PeerHello> ReadHelloAsync(HttpContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(HelloTimeout);
        return await FrameStream.ReadFrameAsync<PeerHello>(context.Request.Body, PeerHello.MaxBytes, limit.Token)
            ?? throw new InvalidDataException("the stream ended before it said whose it is");
    }

    [LoggerMessage(LogLevel.Debug, "Refused a manager's stream from {Address}: {Why}")]
    private static partial void LogRefused(ILogger logger, string address, string why);
}
