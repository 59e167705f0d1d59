using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Events;
using Orchestrator.Api.Http;

namespace Orchestrator.Api.Endpoints;

/// <summary>Changes of services and nodes as they happen. The past is not kept: <c>since</c> has no effect.</summary>
internal sealed class EventEndpoints(ApiContext context)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/events", StreamAsync);

    private async Task StreamAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var filter = new EventFilter(ListFilters.Of(http, EventFilter.Keys));
        using var until = Until(http, manager.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, until.Token);
        var previous = manager.Store.Current;
        await StartAsync(http);
        try
        {
            await foreach (var change in manager.Store.WatchAsync(previous.Index, stop.Token))
            {
                var events = StoreEvents.Between(previous, change, manager.Time.GetUtcNow());
                await SendAsync(http, events.Where(filter.Fits));
                previous = change.Snapshot;
            }
        }
        catch (OperationCanceledException) when (until.IsCancellationRequested)
        {
            // The time that the client named has come: a normal end.
        }
    }

    private static async Task StartAsync(HttpContext http)
    {
        http.Response.ContentType = Respond.JsonType;
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null; // a quiet cluster is no slow client
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private static async Task SendAsync(HttpContext http, IEnumerable<EventDto> events)
    {
        using var buffer = new PooledBuffer();
        foreach (var one in events)
            Respond.Write(buffer, one, WireJson.Default.EventDto);
        if (!buffer.Written.IsEmpty)
            await http.Response.BodyWriter.WriteAsync(buffer.Written, http.RequestAborted);
    }

    /// <summary>Cancelled at the unix time that the client names; never when it names none.</summary>
    private static CancellationTokenSource Until(HttpContext http, TimeProvider time)
    {
        var text = http.Argument("until");
        if (text.Length == 0)
            return new CancellationTokenSource();
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            throw ApiException.Bad($"invalid value for until: '{text}' is no unix time in seconds");
        var wait = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)) - time.GetUtcNow();
        var ticks = Math.Clamp(wait.Ticks, 0, TimeSpan.TicksPerDay);
        return new CancellationTokenSource(TimeSpan.FromTicks(ticks), time);
    }
}
