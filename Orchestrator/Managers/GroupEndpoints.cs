using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Managers;

/// <summary>What the cluster's port serves to managers about their group: <see cref="GroupPaths"/>.</summary>
internal static class GroupEndpoints
{
    private const int MaxBodyBytes = 4 * 1024;

    /// <param name="routes">of the cluster's port only</param>
    /// <param name="admission">null while this host takes no part in the managers' group</param>
    public static void Map(IEndpointRouteBuilder routes, Func<GroupAdmission?> admission)
    {
        routes.MapGet(GroupPaths.Group, context => AnswerAsync(context, admission, DescribeAsync));
        routes.MapPost(GroupPaths.Join, context => AnswerAsync(context, admission, JoinAsync));
    }

    private static Task<RaftGroup> DescribeAsync(HttpContext context, GroupAdmission group, PeerIdentity peer) =>
        group.DescribeAsync(peer, context.RequestAborted);

    private static async Task<RaftGroup> JoinAsync(HttpContext context, GroupAdmission group, PeerIdentity peer) =>
        await group.JoinAsync(peer, await ReadAsync(context), context.RequestAborted);

    private static async Task AnswerAsync(
        HttpContext context,
        Func<GroupAdmission?> admission,
        Func<HttpContext, GroupAdmission, PeerIdentity, Task<RaftGroup>> ask)
    {
        try
        {
            var peer = PeerIdentity.Of(context.Connection.ClientCertificate) ?? throw new GroupRefusedException(403,
                "only managers of this cluster may do this: connect with a manager's certificate");
            var group = admission() ?? throw new GroupRefusedException(503, "this manager is not ready yet");
            var answer = MessagePackSerializer.Serialize(await ask(context, group, peer));
            context.Response.ContentType = ClusterPaths.BodyType;
            await context.Response.Body.WriteAsync(answer, context.RequestAborted);
        }
        catch (GroupRefusedException e)
        {
            if (e.Leader.Length > 0)
                context.Response.Headers[ClusterPaths.LeaderHeader] = e.Leader;
            await RefuseAsync(context, e.Status, e.Message);
        }
        catch (ProposalException e)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, e.Message);
        }
        catch (InvalidDataException e)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, $"{e.Message} The limit is {MaxBodyBytes} bytes.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private static async Task<RaftJoinRequest> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MaxBodyBytes;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return MessagePackSerializer.Deserialize<RaftJoinRequest>(body.ToArray());
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message, context.RequestAborted);
    }
}
