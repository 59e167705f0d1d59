using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Http;
using Orchestrator.Api.Mapping;
using Orchestrator.Api.Validation;
using Orchestrator.Api.Writes;

namespace Orchestrator.Api.Endpoints;

internal sealed class SwarmEndpoints(ApiContext context)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/swarm", InspectAsync);
        routes.MapPost("/swarm/update", UpdateAsync);
        routes.MapGet("/swarm/unlockkey", UnlockKeyAsync);
        // What is about this host alone works without the other managers.
        routes.MapPost("/swarm/init", InitAsync).AnswersAlways();
        routes.MapPost("/swarm/join", JoinAsync).AnswersAlways();
        routes.MapPost("/swarm/leave", LeaveAsync).AnswersAlways();
        routes.MapPost("/swarm/unlock", UnlockAsync).AnswersAlways();
    }

    private Task InspectAsync(HttpContext http)
    {
        var cluster = context.RequireManager().Store.Current.Cluster
            ?? throw ApiException.Unavailable("the cluster is not set up yet");
        var dto = ClusterMapper.Write(cluster, context.TlsInfo.Write(cluster), withTokens: true);
        return Respond.JsonAsync(http, dto, WireJson.Default.SwarmDto);
    }

    private async Task InitAsync(HttpContext http)
    {
        var request = await RequestBody.ReadAsync(http, WireJson.Default.SwarmInitDto);
        if (request.ForceNewCluster)
            NodeRefusals.RequireManager(context.Node.Status);
        else
            NodeRefusals.RequireOutside(context.Node.Status);
        var id = await context.Node.InitAsync(SwarmRequests.Read(request), http.RequestAborted);
        await Respond.JsonAsync(http, id, WireJson.Default.String);
    }

    private async Task JoinAsync(HttpContext http)
    {
        var request = await RequestBody.ReadAsync(http, WireJson.Default.SwarmJoinDto);
        NodeRefusals.RequireOutside(context.Node.Status);
        await context.Node.JoinAsync(SwarmRequests.Read(request), http.RequestAborted);
        await Respond.EmptyAsync(http);
    }

    private async Task LeaveAsync(HttpContext http)
    {
        var force = http.Flag("force");
        NodeRefusals.RequireMayLeave(context.Node.Status, context.Manager?.Group.Status, force);
        await context.Node.LeaveAsync(force, http.RequestAborted);
        await Respond.EmptyAsync(http);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var version = http.ObjectVersion("swarm");
        var spec = await RequestBody.ReadAsync(http, WireJson.Default.SwarmSpecDto);
        var rotation = new TokenRotation(http.Flag("rotateWorkerToken"), http.Flag("rotateManagerToken"));
        await ClusterWrites.UpdateAsync(manager, version, spec, rotation, http.RequestAborted);
        await Respond.EmptyAsync(http);
    }

    /// <summary>Managers are never locked, so there is no key.</summary>
    private Task UnlockKeyAsync(HttpContext http)
    {
        context.RequireManager();
        return Respond.JsonAsync(http, new UnlockKeyDto(), WireJson.Default.UnlockKeyDto);
    }

    private async Task UnlockAsync(HttpContext http)
    {
        await RequestBody.ReadAsync(http, WireJson.Default.UnlockKeyDto);
        if (context.Node.Status.Role == LocalNodeRole.Inactive)
            throw ApiException.Unavailable("This node is not part of a swarm");
        throw ApiException.Conflict("swarm is not locked");
    }
}
