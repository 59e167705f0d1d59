using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Dispatching;

/// <summary>Tells agents when another manager leads: one that is lost without a word cannot say so itself.</summary>
public static class LeaderEndpoint
{
    /// <param name="routes">of the cluster port only</param>
    /// <param name="next">the first leader that is known here of a later term than the given one; null when this
    /// manager takes no part in the group, or not any more</param>
    public static void Map(
        IEndpointRouteBuilder routes, Func<ulong, CancellationToken, Task<LeaderNotice?>> next) =>
        routes.MapGet(
            ClusterPaths.Leader, context => ClusterCall.AnswerAsync(context, () => ServeAsync(context, next)));

    private static async Task ServeAsync(
        HttpContext context, Func<ulong, CancellationToken, Task<LeaderNotice?>> next)
    {
        ClusterCall.PeerOf(context);
        var server = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server);
        LeaderNotice? notice;
        try
        {
            notice = await next(TermIn(context), either.Token);
        }
        catch (OperationCanceledException) when (server.IsCancellationRequested)
        {
            notice = null;
        }
        if (notice is null)
            throw new RefusedException(
                StatusCodes.Status503ServiceUnavailable, "this manager takes no part in the managers' group now");
        await ClusterCall.WriteAsync(context, MessagePackSerializer.Serialize(notice), context.RequestAborted);
    }

    private static ulong TermIn(HttpContext context) =>
        ulong.TryParse(
            context.Request.Query[ClusterPaths.AfterTerm], NumberStyles.None, CultureInfo.InvariantCulture,
            out var term)
            ? term
            : throw new RefusedException(
                StatusCodes.Status400BadRequest, $"'{ClusterPaths.AfterTerm}' must be a term: a whole number");
}
