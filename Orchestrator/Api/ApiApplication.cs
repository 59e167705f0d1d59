using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Endpoints;
using Orchestrator.Api.Http;

namespace Orchestrator.Api;

/// <summary>The swarm part of the Docker Engine API.</summary>
public static class ApiApplication
{
    /// <summary>
    /// Puts the whole API into the application; it needs nothing registered but routing, which
    /// <c>WebApplication.CreateSlimBuilder</c> does. Nothing of the request pipeline may come after it.
    /// </summary>
    public static void Map(WebApplication app, ApiContext context, TimeProvider time)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Orchestrator.Api");
        var bodies = new BodyPlaces();
        app.Lifetime.ApplicationStopped.Register(bodies.Dispose);
        app.Use(next => new RequestGate(next, context, bodies, logger).InvokeAsync);
        app.UseRouting(); // here, not first: the gate takes the version off the path
        app.Use(next => new FreshnessGate(next, context).InvokeAsync); // and here: it looks at the endpoint
        var always = app.MapGroup("").AnswersAlways();
        new SystemEndpoints(context, time).Map(always);
        new EngineEndpoints(context).Map(always);
        always.Map("/{**path}", NotFoundAsync);
        new SwarmEndpoints(context).Map(app);
        new RecoveryEndpoints(context).Map(app);
        new RebalanceEndpoints(context).Map(app);
        new NodeEndpoints(context).Map(app);
        new ServiceEndpoints(context).Map(app);
        new TaskEndpoints(context).Map(app);
        new ExplainEndpoints(context).Map(app);
        new LogEndpoints(context).Map(app);
        new EventEndpoints(context).Map(app);
    }

    /// <summary>For a wrong method too, as Docker does.</summary>
    private static Task NotFoundAsync(HttpContext http) => throw ApiException.Missing("page not found");
}
