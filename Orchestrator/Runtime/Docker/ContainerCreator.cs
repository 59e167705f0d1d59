using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// Makes a task's container, or finds the one that was made before. One call when the image is there.
/// </summary>
internal sealed partial class ContainerCreator(DockerClient client, ClusterId cluster, TimeProvider time, ILogger log)
{
    /// <summary>A busy disk or a volume plugin may take its time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(50);

    private readonly ImagePuller _puller = new(client, time);
    private readonly SharedContainers _sources = new(client, cluster);

    /// <summary>Many tasks of one service start together: the image is pulled once.</summary>
    private readonly KeyedGate _pulls = new();

    public async Task<string> CreateAsync(RuntimeTask task, CancellationToken ct)
    {
        var body = ContainerMapper.Map(task, await client.NegotiateAsync(ct));
        if (!task.Shared.IsEmpty)
        {
            await FetchImageAsync(task, ct);
            ContainerMapper.Share(body.HostConfig, await _sources.FindAsync(task.Shared, ct));
        }
        var call = EngineCall.Post($"/containers/create?name={Uri.EscapeDataString(task.Name)}") with
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(body, EngineJson.Default.CreateContainer),
            Patience = Patience,
        };
        var reply = await client.SendAsync(call, ct);
        if (ImageIsMissing(reply) && !ImageReference.IsId(task.Container.Image))
            reply = await PullAndSendAsync(task, call, ct);
        if (reply.Status == HttpStatusCode.Conflict)
            return await AdoptAsync(task, reply, ct);
        var created = reply.Read(EngineJson.Default.CreatedContainer);
        foreach (var warning in created.Warnings ?? [])
            LogWarning(task.Name, warning);
        return created.Id
            ?? throw new RuntimeException(RuntimeFailure.Unavailable, "the Docker engine named no container id");
    }

    /// <summary>What is shared may come and go during a pull: it is looked for afterwards.</summary>
    private async Task FetchImageAsync(RuntimeTask task, CancellationToken ct)
    {
        var look = EngineCall.Get($"/images/{task.Container.Image}/json");
        if (ImageReference.IsId(task.Container.Image) || !await IsMissingAsync(look, ct))
            return;
        using var turn = await _pulls.EnterAsync(task.Container.Image, ct);
        if (await IsMissingAsync(look, ct))
            await _puller.PullAsync(task.Container.Image, task.RegistryAuth, ct);
    }

    private async Task<bool> IsMissingAsync(EngineCall look, CancellationToken ct)
    {
        var reply = await client.SendAsync(look, ct);
        if (reply.Status == HttpStatusCode.NotFound)
            return true;
        reply.OrThrow();
        return false;
    }

    private async Task<EngineReply> PullAndSendAsync(RuntimeTask task, EngineCall call, CancellationToken ct)
    {
        using var turn = await _pulls.EnterAsync(task.Container.Image, ct);
        var reply = await client.SendAsync(call, ct);
        if (!ImageIsMissing(reply))
            return reply; // whoever was inside before has pulled it
        await _puller.PullAsync(task.Container.Image, task.RegistryAuth, ct);
        return await client.SendAsync(call, ct);
    }

    /// <summary>The name holds the task's id, so what has it is this very task's container, or none of ours.</summary>
    private async Task<string> AdoptAsync(RuntimeTask task, EngineReply conflict, CancellationToken ct)
    {
        var reply = await client.SendAsync(EngineCall.Get(EngineCall.Container(task.Name, "/json")), ct);
        if (reply.Status == HttpStatusCode.NotFound)
            throw new RuntimeException(
                RuntimeFailure.Unavailable, $"container {task.Name} is just being removed: {conflict.Message}");
        var details = reply.Read(EngineJson.Default.ContainerDetails);
        if (ObservationReader.Read(details, cluster) is { } found && found.TaskId == task.TaskId)
            return found.ContainerId;
        throw new RuntimeException(
            RuntimeFailure.Rejected,
            $"a container that is not of this cluster has the name {task.Name} (id {details.Id}): remove or rename it");
    }

    private static bool ImageIsMissing(EngineReply reply) =>
        reply.Status == HttpStatusCode.NotFound
        && reply.Message.Contains("No such image", StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(LogLevel.Information, "The Docker engine says of container {Name}: {Warning}")]
    private partial void LogWarning(string name, string warning);
}
