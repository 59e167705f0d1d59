using Orchestrator.Model;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

/// <summary>The containers that another one shares network or volumes of.</summary>
internal sealed class SharedContainers(DockerClient client, ClusterId cluster)
{
    /// <returns>each source with the id of its container</returns>
    /// <exception cref="RuntimeException">NotYet: one of them does not run</exception>
    public async Task<IReadOnlyList<(Dependency Dependency, string ContainerId)>> FindAsync(
        ImmutableArray<SharedSource> sources, CancellationToken ct)
    {
        var found = new List<(Dependency, string)>();
        foreach (var (task, dependency) in sources)
            found.Add((dependency, await FindAsync(task, ct)
                ?? throw new RuntimeException(RuntimeFailure.NotYet,
                    $"waiting for {dependency.Service} to run here: it shares its {dependency.What}")));
        return found;
    }

    private async Task<string?> FindAsync(TaskId task, CancellationToken ct)
    {
        var filters = Filters.Write(
            ("label", [Filters.Label(cluster), $"{ContainerLabels.Task}={task.Value}"]), ("status", ["running"]));
        var reply = await client.SendAsync(EngineCall.Get($"/containers/json?filters={filters}"), ct);
        return reply.Read(EngineJson.Default.ContainerSummaryArray)
            .Select(summary => ObservationReader.Read(summary, cluster)).OfType<ContainerObservation>()
            .FirstOrDefault(container => container.TaskId == task)?.ContainerId;
    }
}
