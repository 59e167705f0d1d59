using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Orchestrator.Api.Endpoints;

internal sealed class EventEndpoints(ApiContext context)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/events", StreamAsync);

    private Task StreamAsync(HttpContext http)
    {
        context.RequireManager();
        throw ApiException.NotImplemented("events are not available yet");
    }
}
