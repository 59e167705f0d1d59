using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api.Http;
using Orchestrator.Api.Logs;
using Orchestrator.Api.Lookup;
using Orchestrator.Model;

namespace Orchestrator.Api.Endpoints;

internal sealed class LogEndpoints(ApiContext context)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/services/{id}/logs", ServiceAsync);
        routes.MapGet("/tasks/{id}/logs", TaskAsync);
    }

    private Task ServiceAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var service = Lookups.Service(manager.Store.Current, http.RouteText("id"));
        var options = LogRequestReader.Options(http);
        var log = new ServiceLog(manager, service.Id, options);
        return Response(http, manager, service.Spec, options)
            .SendAsync(log.ReadAsync(http.RequestAborted), http.RequestAborted);
    }

    private Task TaskAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var state = manager.Store.Current;
        var task = Lookups.Task(state, http.RouteText("id"));
        var options = LogRequestReader.Options(http);
        return Response(http, manager, state.SpecOf(task), options)
            .SendAsync(manager.Logs.ReadAsync([task], options, http.RequestAborted), http.RequestAborted);
    }

    private static LogResponse Response(HttpContext http, ManagerServices manager, ServiceSpec spec, LogOptions options)
    {
        var shape = new LogShape(!spec.Template.Container.Tty, http.Flag("timestamps"), http.Flag("details"));
        return new LogResponse(http, manager.Store, shape, options.Follow);
    }
}
