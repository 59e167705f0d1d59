using Orchestrator.Api.Lookup;
using Orchestrator.Api.Validation;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Writes;

/// <summary>Changes and removes nodes.</summary>
internal static class NodeWrites
{
    /// <summary>
    /// Another role is a wish: who belongs to the managers' group follows it, one member after the other.
    /// </summary>
    /// <param name="force">a manager is demoted even if that costs the quorum</param>
    public static Task UpdateAsync(
        ManagerServices manager, NodeVersion target, NodeSpec spec, bool force, CancellationToken ct)
    {
        Texts.Labels("Labels", spec.Labels);
        return manager.UntilAcceptedAsync(state =>
        {
            var node = Lookups.Node(state, target.Name);
            if (node.Meta.Version != target.Version)
                throw ApiException.OutOfSequence();
            var next = node with { Spec = spec, Meta = node.Meta.Touched(manager.Time.GetUtcNow()) };
            if (node.Spec.Role != NodeRole.Manager && spec.Role == NodeRole.Manager)
                RequireRoomForManager(state);
            var isDemoted = node.Spec.Role == NodeRole.Manager && spec.Role == NodeRole.Worker;
            return isDemoted
                ? ManagerLoss.Decide(state, manager.Group.Status, node, force).Prepend(Change.Update(next))
                : [Change.Update(next)];
        }, ct);
    }

    /// <summary>Gives up the node's unfinished tasks in the same step: nobody would ever report on them.</summary>
    /// <param name="force">a worker goes even if it is up; a manager only if it is down, but then whatever its removal
    /// costs the others</param>
    public static Task RemoveAsync(ManagerServices manager, string name, bool force, CancellationToken ct) =>
        manager.UntilAcceptedAsync(state =>
        {
            var node = Lookups.Node(state, name);
            var removal = Removal(state, node, manager.Time.GetUtcNow());
            var group = manager.Group.Status;
            if (group.MemberOf(node.Id) is not null)
            {
                RequireMayGo(node, group, force);
                return ManagerLoss.Decide(state, group, node, force).Concat(removal);
            }
            if (node.Status.State == NodeState.Ready && !force)
                throw ApiException.Bad($"node {node.Id} is not down and can't be removed");
            return removal;
        }, ct);

    private static void RequireRoomForManager(StateSnapshot state)
    {
        if (ManagerCount.Problem(state.Nodes.Values) is { } problem)
            throw ApiException.Bad(problem);
    }

    private static void RequireMayGo(Node node, GroupStatus group, bool force)
    {
        var isDown = node.Status.State == NodeState.Down;
        if (!isDown || !force)
            throw ApiException.Bad($"node {node.Id} is a cluster manager and is a member of the raft cluster. "
                + RemainingVoters.Of(group, member => member.Node != node.Id).Text
                + "It must be demoted to worker before removal"
                + (isDown ? ", or removed with --force, since it is down" : ""));
    }

    private static IEnumerable<Change> Removal(StateSnapshot state, Node node, DateTimeOffset now) => state
        .TasksOn(node.Id).Values
        .Where(task => !task.Status.State.IsTerminal())
        .Select(task => Change.Update(task with
        {
            Meta = task.Meta.Touched(now),
            Status = task.Status with
            {
                State = TaskState.Orphaned, Timestamp = now, Message = "the node was removed from the cluster",
            },
        }))
        .Append(Change.Delete(node));
}

/// <summary>The node to change, as the caller last saw it.</summary>
/// <param name="Name">id, name or the beginning of an id</param>
internal readonly record struct NodeVersion(string Name, ulong Version);
