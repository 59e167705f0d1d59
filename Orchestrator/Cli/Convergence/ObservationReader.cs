using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Convergence;

/// <summary>Asks the daemon how a service is.</summary>
internal sealed class ObservationReader(ApiClient api)
{
    private const int PollsBetweenNodeLists = 5;

    private IReadOnlyList<NodeDto> _nodes = [];
    private int _polls;

    public async Task<Observation> ReadAsync(string id, CancellationToken ct)
    {
        var path = ApiQuery.With(ApiQuery.Path("services", id), ("insertDefaults", "false"));
        var service = await api.GetAsync(path, wire => wire.ServiceDto, ct);
        var filters = FilterSyntax.ToJson([new("service", service.Id), new("_up-to-date", "true")]);
        var tasks = await api.GetAsync(
            ApiQuery.With("/tasks", ("filters", filters)), wire => wire.IReadOnlyListTaskDto, ct);
        if (_polls++ % PollsBetweenNodeLists == 0)
            _nodes = await api.GetAsync("/nodes", wire => wire.IReadOnlyListNodeDto, ct);
        return Combine(service, tasks, _nodes);
    }

    internal static Observation Combine(ServiceDto service, IReadOnlyList<TaskDto> tasks, IReadOnlyList<NodeDto> nodes)
    {
        var mode = service.Spec.Mode;
        var (kind, wanted) = mode switch
        {
            { Global: not null } => (ServiceKind.Global, 0UL),
            { GlobalJob: not null } => (ServiceKind.GlobalJob, 0UL),
            { ReplicatedJob: { } job } => (ServiceKind.ReplicatedJob, job.TotalCompletions ?? job.MaxConcurrent ?? 1),
            _ => (ServiceKind.Replicated, mode?.Replicated?.Replicas ?? 1),
        };
        var iteration = service.JobStatus?.JobIteration.Index;
        return new Observation(service.Spec.Name ?? service.Id, kind, (int)Math.Min(wanted, int.MaxValue))
        {
            UpdateState = service.UpdateStatus?.State ?? "",
            UpdateMessage = service.UpdateStatus?.Message ?? "",
            Tasks = tasks.Where(task => iteration is null || (task.JobIteration?.Index ?? 0) == iteration)
                .Select(Observe).ToList(),
            Nodes = nodes.Where(node => node.Status.State != "down")
                .ToDictionary(node => node.Id, node => node.Description.Hostname ?? node.Id, StringComparer.Ordinal),
        };
    }

    private static ObservedTask Observe(TaskDto task) =>
        new(task.Slot, task.NodeId ?? "", task.Status.State ?? "new", task.DesiredState ?? "running")
        {
            Reason = task.Status.Err ?? "",
            CreatedAt = task.CreatedAt,
        };
}
