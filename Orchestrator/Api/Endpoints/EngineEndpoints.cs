using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Http;

namespace Orchestrator.Api.Endpoints;

/// <summary>
/// The parts of Docker's API that are not here, answered so that clients go on: lists are empty, objects are not found
/// (<c>docker inspect</c> asks for every kind in turn), and what would create something says that it cannot.
/// </summary>
internal sealed class EngineEndpoints(ApiContext context)
{
    private static readonly string[] NotHere = ["networks", "secrets", "configs"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/containers/json", EmptyListAsync);
        routes.MapGet("/images/json", EmptyListAsync);
        routes.MapGet("/networks", EmptyListAsync);
        routes.MapGet("/volumes", http => Respond.JsonAsync(http, new VolumeListDto(), WireJson.Default.VolumeListDto));
        routes.MapGet("/containers/{id}/json", http => throw Missing(http, "No such container"));
        routes.MapGet("/images/{**id}", http => throw ApiException.Missing($"No such image: {ImageName(http)}"));
        routes.MapGet("/volumes/{id}", http => throw Missing(http, "No such volume"));
        routes.MapGet("/plugins", EmptyListAsync);
        routes.MapGet("/plugins/{**id}", http => throw Missing(http, "No such plugin"));
        routes.MapGet("/distribution/{**name}", DistributionAsync);
        MapLater(routes);
    }

    private void MapLater(IEndpointRouteBuilder routes)
    {
        foreach (var kinds in NotHere)
        {
            var kind = kinds[..^1];
            routes.MapGet($"/{kinds}/{{id}}", http => throw NotFound(http, kind));
            routes.MapDelete($"/{kinds}/{{id}}", http => throw NotFound(http, kind));
            routes.MapPost($"/{kinds}/create", http =>
            {
                context.RequireManager();
                throw ApiException.NotImplemented($"{kinds} are not available yet");
            });
        }
        foreach (var kinds in (string[])["secrets", "configs"])
            routes.MapGet($"/{kinds}", http =>
            {
                context.RequireManager();
                return EmptyListAsync(http);
            });
    }

    private static ApiException NotFound(HttpContext http, string kind) =>
        ApiException.Missing($"{kind} {http.RouteText("id")} not found");

    private static Task EmptyListAsync(HttpContext http) =>
        Respond.JsonAsync(http, (IReadOnlyList<EmptyDto>)[], WireJson.Default.IReadOnlyListEmptyDto);

    /// <summary>The client then leaves the tag as it is and warns that nodes may see different images.</summary>
    private static Task DistributionAsync(HttpContext http) => throw ApiException.Missing(
        "images are not resolved to digests by managers: each node pulls by tag");

    private static string ImageName(HttpContext http)
    {
        var name = http.RouteText("id");
        return name.EndsWith("/json", StringComparison.Ordinal) ? name[..^"/json".Length] : name;
    }

    private static ApiException Missing(HttpContext http, string text)
    {
        var id = http.RouteText("id");
        return ApiException.Missing($"{text}: {(id.EndsWith("/json", StringComparison.Ordinal) ? id[..^5] : id)}");
    }
}
