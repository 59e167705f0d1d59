using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>
/// What a node's agent has been told: each task with the state it was told to bring it to. A task's template never
/// changes and its status comes from the agent itself, so the desired state is all that can differ.
/// </summary>
internal sealed record AssignmentView(ImmutableSortedDictionary<string, TaskState> Told)
{
    public static AssignmentView Nothing { get; } =
        new(ImmutableSortedDictionary.Create<string, TaskState>(StringComparer.Ordinal));
}

/// <summary>The tasks to send and to withdraw, and what the agent knows then.</summary>
internal sealed record AssignmentDelta(
    ImmutableArray<Assignment> Put, ImmutableArray<TaskId> Removed, AssignmentView Next)
{
    public bool IsEmpty => Put.IsEmpty && Removed.IsEmpty;
}

/// <summary>Compares what an agent was told with the state. Pure.</summary>
internal static class AssignmentDiff
{
    public static AssignmentDelta Between(AssignmentView view, StateSnapshot state, NodeId node)
    {
        var told = view.Told.ToBuilder();
        var put = ImmutableArray.CreateBuilder<Assignment>();
        var tasks = state.TasksOn(node);
        foreach (var task in tasks.Values)
        {
            if (!IsAssigned(task) || (told.TryGetValue(task.Key, out var desired) && desired == task.Desired))
                continue;
            told[task.Key] = task.Desired;
            put.Add(AssignmentOf(task, state, node));
        }
        var removed = view.Told.Keys.Where(key => !tasks.ContainsKey(key)).ToImmutableArray();
        told.RemoveRange(removed);
        return new AssignmentDelta(
            put.ToImmutable(), [.. removed.Select(TaskId.From)], new AssignmentView(told.ToImmutable()));
    }

    /// <summary>Ended tasks stay assigned until they are deleted: their containers hold logs.</summary>
    public static bool IsAssigned(ServiceTask task) => task.Status.State >= TaskState.Assigned;

    private static Assignment AssignmentOf(ServiceTask task, StateSnapshot state, NodeId node)
    {
        var spec = state.SpecOf(task);
        return new Assignment
        {
            TaskId = task.Id,
            ServiceId = task.ServiceId,
            ServiceName = spec.Name,
            ServiceLabels = spec.Labels,
            Slot = task.Slot,
            NodeId = node,
            Desired = task.Desired,
            Known = task.Status,
            Template = spec.Template,
            HostPorts =
            [
                .. (spec.Endpoint?.Ports ?? []).Where(port => port is { Mode: PublishMode.Host, PublishedEnd: 0 }),
                .. task.Grant?.Ports ?? [],
            ],
            Granted = task.Grant?.Generic ?? [],
            Shared = task.Grant?.Shared ?? [],
            RegistryAuth = state.Service(task.ServiceId)?.RegistryAuth ?? "",
        };
    }
}
