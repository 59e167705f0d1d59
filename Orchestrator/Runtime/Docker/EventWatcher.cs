using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// The engine's event stream as hints. No change is lost: each new connection asks for what happened since the last
/// event that was seen, and says "look at all" once the engine has taken the subscription.
/// </summary>
internal sealed partial class EventWatcher(DockerClient client, ClusterId cluster, TimeProvider time, ILogger log)
{
    /// <summary>
    /// Health probes make exec events every few seconds: the engine leaves out all that is not named here.
    /// </summary>
    private static readonly string[] Actions = ["start", "die", "oom", "destroy", "health_status"];

    /// <summary>
    /// An engine answers before it has subscribed us. What happens in between it gives from its memory, if asked for
    /// a moment that long ago.
    /// </summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(1);

    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
    private const int ChanceSteps = 1000;

    public async IAsyncEnumerable<RuntimeEvent> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var hints = new ChangeHints();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var pump = PumpAsync(hints, stop.Token);
        try
        {
            while (true)
            {
                foreach (var hint in await hints.TakeAsync(ct))
                    yield return hint;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PumpAsync(ChangeHints hints, CancellationToken ct)
    {
        var position = new Position { Nanoseconds = EngineTime.Nanoseconds(time.GetUtcNow() - Overlap) };
        while (true)
        {
            try
            {
                await ReadAsync(hints, position, ct);
                LogEnded(client.Endpoint);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogBroken(client.Endpoint, e.Message, ++position.Failures);
            }
            await Task.Delay(Retry.Delay(Math.Max(1, position.Failures), Chance()), time, ct);
        }
    }

    private async Task ReadAsync(ChangeHints hints, Position position, CancellationToken ct)
    {
        await using var stream = await client.OpenAsync(EngineCall.Get(Path(position.Nanoseconds)), ct);
        position.Failures = 0;
        hints.AddAll();
        await foreach (var change in JsonLines.ReadAsync(stream.Body, EngineJson.Default.EngineEvent, ct))
        {
            position.Nanoseconds = Math.Max(position.Nanoseconds, change.TimeNano);
            if (change.Actor?.ID is { Length: > 0 } id)
                hints.Add(id);
        }
    }

    private string Path(long since)
    {
        var filters = Filters.Write(("type", ["container"]), ("event", Actions), ("label", [Filters.Label(cluster)]));
        return $"/events?since={EngineTime.Query(since)}&filters={filters}";
    }

    /// <summary>The clock's last digits are random enough to keep attempts apart.</summary>
    private double Chance() => time.GetTimestamp() % ChanceSteps / (double)ChanceSteps;

    [LoggerMessage(LogLevel.Information, "The Docker engine at {Endpoint} ended its event stream; connecting again")]
    private partial void LogEnded(string endpoint);

    [LoggerMessage(LogLevel.Warning,
        "The event stream of the Docker engine at {Endpoint} is broken, attempt {Attempt}: {Reason}")]
    private partial void LogBroken(string endpoint, string reason, int attempt);

    private sealed class Position
    {
        /// <summary>The newest moment seen, in the engine's nanoseconds.</summary>
        public long Nanoseconds { get; set; }

        /// <summary>Attempts in a row that did not connect.</summary>
        public int Failures { get; set; }
    }
}
