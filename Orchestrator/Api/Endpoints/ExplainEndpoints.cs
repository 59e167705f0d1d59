using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Http;
using Orchestrator.Api.Lookup;
using Orchestrator.Api.Mapping;
using Orchestrator.Api.Validation;
using Orchestrator.Api.Writes;
using Orchestrator.Scheduling.Explaining;
using Orchestrator.Store;

namespace Orchestrator.Api.Endpoints;

/// <summary>Why tasks go where they go, or nowhere. Nothing is written, and every node is looked at.</summary>
internal sealed class ExplainEndpoints(ApiContext context)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/swarmnet/v1/explain/services/{id}", ExplainServiceAsync);
        routes.MapGet("/swarmnet/v1/explain/tasks/{id}", ExplainTaskAsync);
        routes.MapGet("/swarmnet/v1/explain/nodes/{id}", ExplainNodeAsync);
        routes.MapPost("/swarmnet/v1/explain/services", PlanServiceAsync).OnlyReads();
    }

    private StateSnapshot State => context.RequireManager().Store.Current;

    private DateTimeOffset Now => context.RequireManager().Time.GetUtcNow();

    /// <summary>What waits of its newest template, else of an older one, else what would come next.</summary>
    private Task ExplainServiceAsync(HttpContext http)
    {
        var state = State;
        var service = Lookups.Service(state, http.RouteText("id"));
        WaitingTasks[] all = [.. WaitingTasks.Of(state, service.Id)];
        var waiting = all.FirstOrDefault(tasks => tasks.Revision.Number == service.TemplateRevision)
            ?? all.FirstOrDefault();
        var revision = waiting?.Revision ?? state.Revision(service.Id, service.TemplateRevision)
            ?? throw ApiException.Missing($"service {service.Id} has no revision {service.TemplateRevision}");
        return Respond.JsonAsync(
            http, ExplainMapper.Write(service, waiting, new Explainer(state, Now).Explain(revision)),
            WireJson.Default.ServiceExplanationDto);
    }

    private Task ExplainTaskAsync(HttpContext http)
    {
        var state = State;
        var task = Lookups.Task(state, http.RouteText("id"));
        var revision = state.Revision(task.ServiceId, task.Revision);
        var next = state.IsUnplaced(task) && revision is not null ? new Explainer(state, Now).Explain(revision) : null;
        return Respond.JsonAsync(
            http, ExplainMapper.Write(state, task, Explainer.VerdictOf(state, task, Now), next),
            WireJson.Default.TaskExplanationDto);
    }

    private Task ExplainNodeAsync(HttpContext http)
    {
        var state = State;
        var node = Lookups.Node(state, http.RouteText("id"));
        return Respond.JsonAsync(
            http, ExplainMapper.Write(NodeExplanation.Of(state, node, Now)), WireJson.Default.NodeExplanationDto);
    }

    private async Task PlanServiceAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var spec = ServiceSpecMapper.Read(await RequestBody.ReadAsync(http, WireJson.Default.ServiceSpecDto));
        var plan = ServiceWrites.Plan(manager, spec);
        await Respond.JsonAsync(
            http, ExplainMapper.Write(plan, SpecWarnings.Of(spec)), WireJson.Default.PlacementPlanDto);
    }
}
