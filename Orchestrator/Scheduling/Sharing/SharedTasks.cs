using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Sharing;

/// <summary>Which tasks can be shared.</summary>
internal static class SharedTasks
{
    /// <summary>What the group's tasks share, and where that is.</summary>
    public static GroupDependencies Of(
        SchedulingRequest request, StateSnapshot state, CandidateTable table, RunPlacements placed)
    {
        if (request.Dependencies.IsEmpty)
            return GroupDependencies.None;
        var own = state.TasksOf(request.Service).Values
            .Where(task => task.Revision == request.Revision && task.Eviction is null && CanBeShared(task));
        return new GroupDependencies(request.Dependencies.Select(Find), own);

        Sources Find(Dependency dependency) =>
            ServiceOf(dependency, state) is { } service
                ? new Sources(dependency, service, ByNode(service.Id, state, table, placed))
                : new Sources(dependency, null, new Dictionary<int, List<ServiceTask>>());
    }

    /// <summary>Services whose tasks the group's share.</summary>
    public static IEnumerable<ServiceId> NeededBy(SchedulingRequest request, StateSnapshot state) =>
        request.Dependencies.Select(each => ServiceOf(each, state)?.Id).OfType<ServiceId>();

    /// <summary>The service that is named.</summary>
    public static Service? ServiceOf(Dependency dependency, StateSnapshot state) =>
        state.ServiceNamed(dependency.Service) ?? state.Service(new ServiceId(dependency.Service));

    /// <summary>It runs, or will, and is not told to go at once.</summary>
    public static bool CanBeShared(ServiceTask task) => task is { NodeId: not null, Desired: <= TaskState.Complete }
        && task.Status.State.HoldsResources() && task.Eviction is null or { Gentle: true };

    /// <summary>The first that the task shares and that is not there any more; null when there is none.</summary>
    public static SharedTask? FirstLost(ServiceTask task, StateSnapshot state)
    {
        foreach (var shared in task.Grant?.Shared ?? [])
            if (state.Task(shared.TaskId) is not { } other || other.NodeId != task.NodeId || !CanBeShared(other))
                return shared;
        return null;
    }

    private static Dictionary<int, List<ServiceTask>> ByNode(
        ServiceId service, StateSnapshot state, CandidateTable table, RunPlacements placed)
    {
        var byNode = new Dictionary<int, List<ServiceTask>>();
        foreach (var task in state.TasksOf(service).Values.Where(CanBeShared))
            if (table.Find(task.NodeId!.Value.Value) is { } candidate)
                Add(task, candidate.Index);
        foreach (var (task, node) in placed.Of(service))
            Add(task, node);
        return byNode;

        void Add(ServiceTask task, int node)
        {
            if (!byNode.TryGetValue(node, out var tasks))
                byNode.Add(node, tasks = []);
            tasks.Add(task);
        }
    }
}
