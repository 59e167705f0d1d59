using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// Tasks as containers of a Docker engine. Creating and starting one costs one call each when its image is there.
/// A container without this cluster's label does not exist for it, whatever id a caller names.
/// </summary>
/// <param name="client">disposed with the runtime</param>
public sealed class DockerRuntime(DockerClient client, ClusterId cluster, TimeProvider time, ILogger log)
    : IContainerRuntime
{
    internal const string KindName = "docker";

    /// <summary>How many containers are looked at side by side.</summary>
    private const int InspectsAtOnce = 8;

    /// <summary>Leaves time for the ping, within what callers wait for a description.</summary>
    private static readonly TimeSpan DescribePatience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ImagesPatience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ImagesInterval = TimeSpan.FromMinutes(5);

    /// <summary>Beyond a quick call: starting and removing run hooks, and wait for disks and cgroups.</summary>
    private static readonly TimeSpan ChangePatience = TimeSpan.FromSeconds(50);

    private readonly ContainerCreator _creator = new(client, cluster, time, log);
    private readonly EventWatcher _events = new(client, cluster, time, log);
    private readonly LogReader _logs = new(client);
    private readonly OwnedContainers _owned = new();
    private long _hostMemory;
    private NodeDescription? _described;
    private long? _imagesRead;
    private ImmutableArray<string> _images = [];

    public string Kind => KindName;

    /// <summary>
    /// An engine that looks up the name of an unreachable registry keeps this question waiting for as long, but does
    /// all the rest: where it still answers a ping, it is as it was.
    /// </summary>
    public async Task<NodeDescription> DescribeAsync(CancellationToken ct)
    {
        if (_described is not { } known)
            return _described = await LookAsync(ct);
        using var patience = new CancellationTokenSource(DescribePatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            return _described = await LookAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            (await client.SendAsync(EngineCall.Get("/_ping"), ct)).OrThrow();
            return known;
        }
    }

    public async Task<string> PrepareAsync(RuntimeTask task, CancellationToken ct)
    {
        Invariant.Require(task.ClusterId == cluster, "a runtime makes containers of its own cluster only");
        var id = await _creator.CreateAsync(task, ct);
        _owned.Add(id);
        return id;
    }

    public async Task StartAsync(string containerId, CancellationToken ct)
    {
        await RequireOwnedAsync(containerId, ct);
        try
        {
            await ChangeAsync(EngineCall.Post(EngineCall.Container(containerId, "/start")), ct);
        }
        catch (RuntimeException e) when (e.Failure == RuntimeFailure.NotFound)
        {
            // Unless it is gone itself, the engine misses the one whose network it shares.
            if (await InspectAsync(containerId, ct) is null)
                throw;
            throw new RuntimeException(RuntimeFailure.NotYet, e.Message, e);
        }
    }

    public async Task StopAsync(string containerId, TimeSpan grace, CancellationToken ct)
    {
        if (!await IsOwnedAsync(containerId, ct))
            return;
        var seconds = ContainerMapper.WholeSeconds(grace);
        var call = EngineCall.Post(EngineCall.Container(containerId, $"/stop?t={seconds}"));
        await EndAsync(call with { Patience = ChangePatience + TimeSpan.FromSeconds(seconds) }, ct);
    }

    public async Task RemoveAsync(string containerId, CancellationToken ct)
    {
        if (!await IsOwnedAsync(containerId, ct))
            return;
        var call = EngineCall.Delete(EngineCall.Container(containerId, "?force=1&v=1"));
        await EndAsync(call with { Patience = ChangePatience }, ct);
        _owned.Remove(containerId);
    }

    public async Task<ContainerObservation?> InspectAsync(string containerId, CancellationToken ct)
    {
        var reply = await client.SendAsync(EngineCall.Get(EngineCall.Container(containerId, "/json")), ct);
        if (reply.Status == HttpStatusCode.NotFound)
            return null;
        var found = ObservationReader.Read(reply.Read(EngineJson.Default.ContainerDetails), cluster);
        if (found is not null)
            _owned.Add(found.ContainerId);
        return found;
    }

    /// <remarks>
    /// One call, which the engine answers from memory even when a container of it is stuck; those that do not run are
    /// then looked at, for the exit code. Process id and times of a running one are not told: inspect it for them.
    /// </remarks>
    public async Task<IReadOnlyList<ContainerObservation>> ListAsync(CancellationToken ct)
    {
        var filters = Filters.Write(("label", [Filters.Label(cluster)]));
        var reply = await client.SendAsync(EngineCall.Get($"/containers/json?all=1&filters={filters}"), ct);
        var listed = reply.Read(EngineJson.Default.ContainerSummaryArray)
            .Select(summary => ObservationReader.Read(summary, cluster)).OfType<ContainerObservation>().ToArray();
        _owned.Replace(listed.Select(container => container.ContainerId));
        await Parallel.ForAsync(
            0, listed.Length, new ParallelOptions { MaxDegreeOfParallelism = InspectsAtOnce, CancellationToken = ct },
            async (i, token) =>
            {
                if (listed[i].State != ContainerState.Running)
                    listed[i] = await InspectAsync(listed[i].ContainerId, token) ?? Gone(listed[i]);
            });
        return [.. listed.Where(container => container.ContainerId.Length > 0)];
    }

    public IAsyncEnumerable<RuntimeEvent> WatchAsync(CancellationToken ct) => _events.WatchAsync(ct);

    public async IAsyncEnumerable<LogLine> LogsAsync(
        ContainerObservation container, LogOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        await RequireOwnedAsync(container.ContainerId, ct);
        await foreach (var line in _logs.ReadAsync(container, options, ct))
            yield return line;
    }

    public async Task<ContainerStats> StatsAsync(string containerId, CancellationToken ct)
    {
        await RequireOwnedAsync(containerId, ct);
        var path = EngineCall.Container(containerId, "/stats?stream=false&one-shot=true");
        var reply = await client.SendAsync(EngineCall.Get(path), ct);
        var reading = reply.Read(EngineJson.Default.StatsReading);
        if (_hostMemory == 0)
            await InfoAsync(ct);
        return StatsReader.Read(reading, _hostMemory);
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<NodeDescription> LookAsync(CancellationToken ct)
    {
        var description = InfoReader.Read(await InfoAsync(ct));
        return description with { Images = await ImagesAsync(ct) };
    }

    /// <summary>
    /// Seldom asked for: every change of them is a change of the node for all managers. An engine that cannot tell
    /// them now may still run tasks.
    /// </summary>
    private async Task<ImmutableArray<string>> ImagesAsync(CancellationToken ct)
    {
        if (_imagesRead is { } read && time.GetElapsedTime(read) < ImagesInterval)
            return _images;
        _imagesRead = time.GetTimestamp();
        try
        {
            var call = EngineCall.Get("/images/json") with { Patience = ImagesPatience };
            var reply = await client.SendAsync(call, ct);
            if (reply.Ok)
                _images = ImageReader.Read(reply.Read(EngineJson.Default.ImageSummaryArray));
        }
        catch (RuntimeException)
        {
            // As they were.
        }
        return _images;
    }

    private async Task<EngineInfo> InfoAsync(CancellationToken ct)
    {
        var info = (await client.SendAsync(EngineCall.Get("/info"), ct)).Read(EngineJson.Default.EngineInfo);
        _hostMemory = info.MemTotal;
        return info;
    }

    private async Task ChangeAsync(EngineCall call, CancellationToken ct) =>
        (await client.SendAsync(call with { Patience = ChangePatience }, ct)).OrThrow();

    /// <summary>
    /// Stops or removes: done when there is nothing, and anything else than done is worth another attempt.
    /// </summary>
    private async Task EndAsync(EngineCall call, CancellationToken ct)
    {
        var reply = await client.SendAsync(call, ct);
        if (!reply.Ok && reply.Status != HttpStatusCode.NotFound)
            throw new RuntimeException(RuntimeFailure.Unavailable, reply.Message);
    }

    private async Task RequireOwnedAsync(string containerId, CancellationToken ct)
    {
        if (!await IsOwnedAsync(containerId, ct))
            throw new RuntimeException(
                RuntimeFailure.NotFound, $"No such container of this cluster: '{containerId}'");
    }

    private async Task<bool> IsOwnedAsync(string containerId, CancellationToken ct) =>
        _owned.Contains(containerId) || await InspectAsync(containerId, ct) is not null;

    private static ContainerObservation Gone(ContainerObservation container) => container with { ContainerId = "" };
}
