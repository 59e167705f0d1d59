using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Consensus.Transport;

/// <summary>What the cluster's port serves to a manager that looks for a fault: <see cref="PeerLinks"/>.</summary>
internal static class PeerLinksEndpoint
{
    /// <param name="routes">of the cluster's port only</param>
    /// <param name="status">null while this host takes no part in the managers' group</param>
    /// <param name="isManager">whether a node with a manager's certificate is a manager still</param>
    public static void Map(
        IEndpointRouteBuilder routes, Func<MemberStatus?> status, Func<PeerIdentity, bool> isManager,
        TimeProvider time) =>
        routes.MapGet(PeerLinks.Path, context =>
        {
            var peer = PeerIdentity.Of(context.Connection.ClientCertificate);
            return AnswerAsync(context, peer is { IsManager: true } && isManager(peer), status(), time);
        });

    private static async Task AnswerAsync(HttpContext context, bool mayAsk, MemberStatus? status, TimeProvider time)
    {
        if (!mayAsk)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        if (status is null)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        var links = new PeerLinks
        {
            Now = time.GetUtcNow(),
            Reached = [.. status.Peers.Where(peer => peer.IsReachable).Select(peer => peer.Member.Id.Value)],
        };
        await context.Response.Body.WriteAsync(MessagePackSerializer.Serialize(links), context.RequestAborted);
    }
}
