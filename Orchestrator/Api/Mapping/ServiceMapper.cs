using Orchestrator.Api.Contracts;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Mapping;

internal static class ServiceMapper
{
    /// <param name="insertDefaults">only for showing: see <see cref="SpecDefaults"/></param>
    public static ServiceDto Write(StateSnapshot state, Service service, bool insertDefaults) => new()
    {
        Id = service.Id.Value,
        Version = Meta.Version(service.Meta),
        CreatedAt = service.Meta.CreatedAt,
        UpdatedAt = service.Meta.UpdatedAt,
        Spec = ServiceSpecMapper.Write(insertDefaults ? SpecDefaults.Insert(service.Spec) : service.Spec),
        PreviousSpec = Previous(state, service),
        Endpoint = Endpoint(service.Spec),
        UpdateStatus = service.UpdateStatus is { } update ? Update(update) : null,
    };

    public static ServiceStatusDto Status(StateSnapshot state, Service service)
    {
        ulong running = 0, wanted = 0, completed = 0;
        foreach (var (_, task) in state.TasksOf(service.Id))
        {
            running += task.Status.State == TaskState.Running ? 1UL : 0;
            wanted += task.Desired == TaskState.Running ? 1UL : 0;
            completed += task.Status.State == TaskState.Complete ? 1UL : 0;
        }
        var mode = service.Spec.Mode;
        return new ServiceStatusDto
        {
            RunningTasks = running,
            DesiredTasks = mode.Kind switch
            {
                ModeKind.Replicated => mode.Replicas,
                ModeKind.ReplicatedJob => mode.MaxConcurrent,
                ModeKind.Global or ModeKind.GlobalJob => wanted,
            },
            CompletedTasks = mode.Kind is ModeKind.ReplicatedJob or ModeKind.GlobalJob ? completed : 0,
        };
    }

    private static ServiceSpecDto? Previous(StateSnapshot state, Service service) =>
        service.PreviousRevision is { } number && state.Revision(service.Id, number) is { } revision
            ? ServiceSpecMapper.Write(revision.Spec)
            : null;

    /// <summary>Without published ports there is nothing to say, and Docker shows an empty spec.</summary>
    private static EndpointDto Endpoint(ServiceSpec spec)
    {
        if (spec.Endpoint is not { Ports.IsEmpty: false } endpoint)
            return new EndpointDto { Spec = new EndpointSpecDto() };
        var shown = ServiceSpecMapper.Endpoint(endpoint);
        return new EndpointDto { Spec = shown, Ports = shown.Ports };
    }

    private static UpdateStatusDto Update(UpdateStatus status) => new()
    {
        State = Words.Of(status.State),
        StartedAt = status.StartedAt,
        CompletedAt = status.CompletedAt,
        Message = status.Message,
    };
}

internal static class Meta
{
    public static ObjectVersionDto Version(ObjectMeta meta) => new() { Index = meta.Version };
}
