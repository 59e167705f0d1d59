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
        ServiceTask[] own =
        [
            .. state.TasksOf(request.Service).Values
                .Where(task => task.Revision == request.Revision && task.Eviction is null && IsStaying(task)),
        ];
        return new GroupDependencies(request.Dependencies.Select(Find), own);

        Sources Find(Dependency dependency)
        {
            if (ServiceOf(dependency, state) is not { } service)
                return new Sources(dependency, null);
            return new Sources(dependency, service)
            {
                MostSharers = MostSharers(service),
                HasMoreToCome =
                    state.TasksOf(service.Id).Values.Count(state.IsUnplaced) > placed.Of(service.Id).Count(),
                ByNode = ByNode(service.Id, state, table, placed),
            };
        }

        int MostSharers(Service of)
        {
            var replicas = state.Service(request.Service)?.Spec.Mode.Replicas ?? 1;
            var sharers = Math.Max(replicas, (ulong)own.Length + 1); // who explains asks about one more than is wanted
            return (int)Math.Ceiling(sharers / Math.Max(1.0, of.Spec.Mode.Replicas));
        }
    }

    /// <summary>The services that these depend on, and those that those depend on, and so on.</summary>
    public static IReadOnlySet<ServiceId> WithAllThatTheyNeed(
        IEnumerable<Dependency> dependencies, IEnumerable<ServiceId> services, StateSnapshot state)
    {
        var all = new HashSet<ServiceId>();
        var open = new Stack<ServiceId>(services.Concat(Named(dependencies)));
        while (open.TryPop(out var next))
            if (all.Add(next) && state.Service(next) is { } service)
                foreach (var needed in Named(Dependencies.Of(service.Spec)))
                    open.Push(needed);
        return all;

        IEnumerable<ServiceId> Named(IEnumerable<Dependency> those) =>
            those.Select(each => ServiceOf(each, state)?.Id).OfType<ServiceId>();
    }

    /// <summary>Tasks that go when this one goes: those that share it, those that share those, and so on.</summary>
    public static IReadOnlyCollection<ServiceTask> FollowersOf(ServiceTask task, StateSnapshot state)
    {
        if (state.SharersOf(task.Id).Count == 0)
            return [];
        var all = new Dictionary<TaskId, ServiceTask>();
        var open = new Stack<ServiceTask>([task]);
        while (open.TryPop(out var next))
            foreach (var sharer in state.SharersOf(next.Id).Values)
                if (all.TryAdd(sharer.Id, sharer))
                    open.Push(sharer);
        return all.Values;
    }

    /// <summary>The service that is named.</summary>
    public static Service? ServiceOf(Dependency dependency, StateSnapshot state) =>
        state.ServiceNamed(dependency.Service) ?? state.Service(new ServiceId(dependency.Service));

    /// <summary>It runs, or will, and is not told to go at once.</summary>
    public static bool IsStaying(ServiceTask task) => task is { NodeId: not null, Desired: <= TaskState.Complete }
        && task.Status.State.HoldsResources() && task.Eviction is null or { Gentle: true };

    /// <summary>What the task shares is still beside it.</summary>
    public static bool IsThere(ServiceTask? shared, ServiceTask sharer) =>
        shared is not null && shared.NodeId == sharer.NodeId && IsStaying(shared);

    private static Dictionary<int, List<ServiceTask>> ByNode(
        ServiceId service, StateSnapshot state, CandidateTable table, RunPlacements placed)
    {
        var byNode = new Dictionary<int, List<ServiceTask>>();
        foreach (var task in state.TasksOf(service).Values.Where(IsStaying))
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
