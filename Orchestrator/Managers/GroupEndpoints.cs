using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
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

    private static async Task<RaftGroup> JoinAsync(HttpContext context, GroupAdmission group, PeerIdentity peer)
    {
        var body = await ClusterCall.ReadAsync(context, MaxBodyBytes, context.RequestAborted);
        var request = MessagePackSerializer.Deserialize<RaftJoinRequest>(body);
        return await group.JoinAsync(peer, request, context.RequestAborted);
    }

    private static Task AnswerAsync(
        HttpContext context,
        Func<GroupAdmission?> admission,
        Func<HttpContext, GroupAdmission, PeerIdentity, Task<RaftGroup>> ask) =>
        ClusterCall.AnswerAsync(context, async () =>
        {
            var peer = ClusterCall.PeerOf(context);
            var group = admission() ?? throw new RefusedException(503, "this manager is not ready yet");
            var answer = MessagePackSerializer.Serialize(await ask(context, group, peer));
            await ClusterCall.WriteAsync(context, answer, context.RequestAborted);
        });
}
