using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Http;
using Orchestrator.Api.Lookup;
using Orchestrator.Api.Mapping;
using Orchestrator.Api.Writes;
using Orchestrator.Store;

namespace Orchestrator.Api.Endpoints;

internal sealed class NodeEndpoints(ApiContext context)
{
    private readonly NodeListCache _all = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/nodes", ListAsync);
        routes.MapGet("/nodes/{id}", InspectAsync);
        routes.MapPost("/nodes/{id}/update", UpdateAsync);
        routes.MapDelete("/nodes/{id}", RemoveAsync);
    }

    private Task ListAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var state = manager.Store.Current;
        if (http.Argument("filters").Length == 0)
            return Respond.BytesAsync(http, StatusCodes.Status200OK,
                _all.Get(state, context.TlsInfo.Write(state.Cluster), manager.Group.Status));
        IReadOnlyList<NodeDto> list = [.. NodeList.Find(state, http).Select(Mapper(manager, state).Write)];
        return Respond.JsonAsync(http, list, WireJson.Default.IReadOnlyListNodeDto);
    }

    private Task InspectAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var state = manager.Store.Current;
        var node = Lookups.Node(state, http.RouteText("id"));
        return Respond.JsonAsync(http, Mapper(manager, state).Write(node), WireJson.Default.NodeDto);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var target = new NodeVersion(http.RouteText("id"), http.ObjectVersion("node"));
        var spec = NodeMapper.Read(await RequestBody.ReadAsync(http, WireJson.Default.NodeSpecDto));
        await NodeWrites.UpdateAsync(manager, target, spec, http.Flag("force"), http.RequestAborted);
        await Respond.EmptyAsync(http);
    }

    private async Task RemoveAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        await NodeWrites.RemoveAsync(manager, http.RouteText("id"), http.Flag("force"), http.RequestAborted);
        await Respond.EmptyAsync(http);
    }

    private NodeMapper Mapper(ManagerServices manager, StateSnapshot state) =>
        new(context.TlsInfo.Write(state.Cluster), manager.Group.Status);
}
