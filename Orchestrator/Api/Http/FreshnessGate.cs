using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orchestrator.Primitives;

namespace Orchestrator.Api.Http;

/// <summary>
/// On whichever manager it comes in, a request finds everything that any manager had confirmed before. Every endpoint
/// is behind this, unless it is marked by <see cref="Freshness.AnswersAlways"/>. Writes are too: they are decided on
/// the state here, and a lagging one would not know what its client has just read elsewhere.
/// </summary>
internal sealed class FreshnessGate(RequestDelegate next, ApiContext context)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task InvokeAsync(HttpContext http)
    {
        if (context.Manager is { } manager && NeedsFreshState(http))
            await ConfirmAsync(manager, http.RequestAborted);
        await next(http);
    }

    private static bool NeedsFreshState(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<AnswersAlways>() is null && !AllowsStale(http);

    private static bool AllowsStale(HttpContext http) => http.Argument("consistency") switch
    {
        "" or "strong" => false,
        "stale" when IsRead(http) => true,
        "stale" => throw ApiException.Bad("consistency: 'stale' is for reads: a change is always decided on the newest "
            + "state. Leave it out"),
        var other => throw ApiException.Bad($"consistency: '{other}' is not known: give 'strong', which is the default "
            + "and asks the managers' leader, or 'stale', which answers from what this manager has"),
    };

    private static bool IsRead(HttpContext http) => HttpMethods.IsGet(http.Request.Method)
        || http.GetEndpoint()?.Metadata.GetMetadata<OnlyReads>() is not null;

    private static async Task ConfirmAsync(ManagerServices manager, CancellationToken aborted)
    {
        if (!await manager.Proposer.TryReadBarrierAsync(Patience, manager.Time, aborted))
            throw new ProposalException(
                ProposalFailure.NoLeader,
                $"the managers did not confirm the state within {Patience.TotalSeconds:0} s: try again");
    }
}

/// <summary>Marks endpoints that need no state of the cluster, or must answer whatever the managers do.</summary>
internal sealed record AnswersAlways;

/// <summary>Marks endpoints that change nothing, though their request has a body.</summary>
internal sealed record OnlyReads;

internal static class Freshness
{
    public static T AnswersAlways<T>(this T endpoints)
        where T : IEndpointConventionBuilder => endpoints.WithMetadata(new AnswersAlways());

    public static T OnlyReads<T>(this T endpoints)
        where T : IEndpointConventionBuilder => endpoints.WithMetadata(new OnlyReads());
}
