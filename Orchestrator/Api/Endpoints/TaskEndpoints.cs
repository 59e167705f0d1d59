using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Http;
using Orchestrator.Api.Lookup;
using Orchestrator.Api.Mapping;

namespace Orchestrator.Api.Endpoints;

internal sealed class TaskEndpoints(ApiContext context)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/tasks", ListAsync);
        routes.MapGet("/tasks/{id}", InspectAsync);
    }

    private Task ListAsync(HttpContext http)
    {
        var state = context.RequireManager().Store.Current;
        var mapper = new TaskMapper(state);
        IReadOnlyList<TaskDto> list = [.. TaskList.Find(state, http).Select(mapper.Write)];
        return Respond.JsonAsync(http, list, WireJson.Default.IReadOnlyListTaskDto);
    }

    private Task InspectAsync(HttpContext http)
    {
        var state = context.RequireManager().Store.Current;
        var task = Lookups.Task(state, http.RouteText("id"));
        return Respond.JsonAsync(http, new TaskMapper(state).Write(task), WireJson.Default.TaskDto);
    }
}
