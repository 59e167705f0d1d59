using Orchestrator.Model;
using Orchestrator.Scheduling.Sharing;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>A task that holds resources of a node, and what it gives back when it goes.</summary>
/// <param name="Level">its priority, or that of what goes with it when that is higher</param>
internal sealed record Occupant(ServiceTask Holder, ServiceSpec Spec, int Level)
{
    /// <summary>Beyond its grace period; then it is not waited for any more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Occupant Of(StateSnapshot state, ServiceTask task) =>
        Of(state, task, each => Priority.Of(state, each).Level);

    public static Occupant Of(StateSnapshot state, ServiceTask task, Func<ServiceTask, int> levelOf)
    {
        var level = levelOf(task);
        foreach (var follower in SharedTasks.FollowersOf(task, state))
            level = Math.Max(level, levelOf(follower));
        return new(task, state.SpecOf(task), level);
    }

    /// <summary>Told to go already: its room comes back without asking.</summary>
    public bool IsLeaving => Holder.Desired > TaskState.Complete || Holder.Eviction is { Gentle: false };

    /// <summary>It is leaving, and not for so long that it may hang.</summary>
    public bool LeavesSoon(DateTimeOffset now) => IsLeaving
        && now - Holder.Meta.UpdatedAt
            < (Spec.Template.Container.StopGracePeriod ?? Defaults.StopGracePeriod) + Patience;

    public NodeUsage LeftBy(NodeUsage usage) => usage.With(Spec, Holder.Grant, -1);

    /// <summary>Who is asked to go before whom: of lower priority, then younger.</summary>
    public static int Compare(Occupant one, Occupant other)
    {
        if (one.Level != other.Level)
            return one.Level.CompareTo(other.Level);
        var order = other.Holder.Meta.CreatedAt.CompareTo(one.Holder.Meta.CreatedAt);
        return order != 0 ? order : string.CompareOrdinal(one.Holder.Key, other.Holder.Key);
    }
}
