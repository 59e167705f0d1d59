using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>Whether the node of a task still counts.</summary>
internal static class NodeFitness
{
    /// <summary>The node is gone or does not answer: nothing will be heard of the task for now.</summary>
    public static bool IsLost(StateSnapshot state, ServiceTask task) =>
        task.NodeId is { } id && state.Node(id) is not { Status.State: not NodeState.Down };

    /// <summary>The task must run elsewhere: its node is lost or being emptied.</summary>
    public static bool MustLeave(StateSnapshot state, ServiceTask task) =>
        IsLost(state, task)
        || (task.NodeId is { } id && state.Node(id)?.Spec.Availability == Availability.Drain);
}
