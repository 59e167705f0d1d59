using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Http;
using Orchestrator.Api.Mapping;

namespace Orchestrator.Api.Endpoints;

/// <summary>What every node answers, cluster or not.</summary>
internal sealed class SystemEndpoints(ApiContext context, TimeProvider time)
{
    private static readonly byte[] Ok = "OK"u8.ToArray();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/_ping", [HttpMethods.Get, HttpMethods.Head], PingAsync);
        routes.MapGet("/info", InfoAsync);
        routes.MapGet("/version", VersionAsync);
    }

    private async Task PingAsync(HttpContext http)
    {
        var response = http.Response;
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        response.Headers.Pragma = "no-cache";
        response.Headers["Builder-Version"] = "1";
        response.Headers["Swarm"] = InfoMapper.PingState(context.Node.Status);
        response.ContentType = "text/plain; charset=utf-8";
        var head = HttpMethods.IsHead(http.Request.Method);
        response.ContentLength = head ? 0 : Ok.Length;
        if (!head)
            await response.BodyWriter.WriteAsync(Ok, http.RequestAborted);
    }

    private Task InfoAsync(HttpContext http) =>
        Respond.JsonAsync(http, InfoMapper.Write(context, time.GetUtcNow()), WireJson.Default.InfoDto);

    private Task VersionAsync(HttpContext http) =>
        Respond.JsonAsync(http, InfoMapper.Version(context.Node.Engine), WireJson.Default.EngineVersionDto);
}
