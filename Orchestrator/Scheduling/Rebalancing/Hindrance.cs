using Orchestrator.Model;
using Orchestrator.Scheduling.Sharing;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Rebalancing;

/// <summary>Why the tasks of a service are not to be moved now, or not at all.</summary>
internal static class Hindrance
{
    private const string LocalVolumes = "local";

    /// <returns>null when they may be</returns>
    public static LeftAlone? Of(StateSnapshot state, Service service, bool withLocalData)
    {
        if (service.Spec.Mode.Kind != ModeKind.Replicated)
            return new(service, "not a replicated service", Passes: false);
        var strategy = SchedulingRequest.Of(service, state).Strategy;
        if (strategy != SchedulingStrategy.Spread)
            return new(service, $"its strategy is {strategy.ToString().ToLowerInvariant()}: only spread has a balance",
                Passes: false);
        if (!Dependencies.Of(service.Spec).IsEmpty)
            return new(service, "its tasks are where those are whose network or volumes they share", Passes: false);
        if (!withLocalData && KeepsLocalData(state, service) is { } who)
            return new(service, $"{who} keep data on their nodes, which does not follow: name the service to "
                + "move them all the same", Passes: false);
        return Unrest(state, service) is { } why ? new(service, why, Passes: true) : null;
    }

    /// <returns>which tasks do; null when none does</returns>
    private static string? KeepsLocalData(StateSnapshot state, Service service)
    {
        if (HasLocalData(service.Spec.Template))
            return "its tasks";
        var followers = state.TasksOf(service.Id).Values.SelectMany(task => SharedTasks.FollowersOf(task, state));
        return followers.Any(follower => HasLocalData(state.SpecOf(follower).Template))
            ? "tasks that share its network or volumes"
            : null;
    }

    private static bool HasLocalData(TaskTemplate template) => template.Container.Mounts.Any(mount => mount.Type switch
    {
        MountType.Bind => true,
        MountType.Volume => mount.Source.Length > 0 && mount.Volume?.Driver?.Name is null or "" or LocalVolumes,
        MountType.Tmpfs => false,
    });

    private static string? Unrest(StateSnapshot state, Service service)
    {
        if (service.UpdateStatus?.State is UpdateState.Updating or UpdateState.Paused
            or UpdateState.RollbackStarted or UpdateState.RollbackPaused)
            return "it is being updated";
        foreach (var task in state.TasksOf(service.Id).Values)
            if (Unrest(state, service, task) is { } why)
                return why;
        return null;
    }

    private static string? Unrest(StateSnapshot state, Service service, ServiceTask task)
    {
        if (task.Desired > TaskState.Complete)
            return task.Status.State.HoldsResources() && IsOnReadyNode(state, task) ? "tasks of it are stopping" : null;
        if (task.Eviction is not null)
            return "tasks of it are being moved";
        if (task.Revision != service.TemplateRevision)
            return "it is being updated";
        return task.Status.State is TaskState.Running or TaskState.Complete ? null : "not all of its tasks run";
    }

    private static bool IsOnReadyNode(StateSnapshot state, ServiceTask task) =>
        task.NodeId is { } node && state.Node(node)?.Status.State == NodeState.Ready;
}
