using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Http;
using Orchestrator.Api.Mapping;
using Orchestrator.Api.Writes;

namespace Orchestrator.Api.Endpoints;

/// <summary>Evens out where tasks run.</summary>
internal sealed class RebalanceEndpoints(ApiContext context)
{
    private const int UsualMoves = 10;

    /// <summary>They are written in one step.</summary>
    private const int MostMoves = 1000;

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/swarmnet/v1/rebalance", RebalanceAsync);

    private async Task RebalanceAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var request = await RequestBody.ReadAsync(http, WireJson.Default.RebalanceRequestDto);
        var most = request.MaxMoves ?? UsualMoves;
        if (most is < 1 or > MostMoves)
            throw ApiException.Bad($"MaxMoves: {most} is not a number from 1 to {MostMoves}");
        var rebalancing = new RebalanceWrites(manager, request.Services ?? [], most);
        var plan = request.DryRun == true
            ? rebalancing.Plan(manager.Store.Current)
            : await rebalancing.BeginAsync(http.RequestAborted);
        await Respond.JsonAsync(http, RebalanceMapper.Write(plan), WireJson.Default.RebalanceDto);
    }
}
