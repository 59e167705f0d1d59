using Orchestrator.Api.Lookup;
using Orchestrator.Api.Validation;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Api.Writes;

/// <summary>Changes and removes nodes.</summary>
internal static class NodeWrites
{
    public static async Task UpdateAsync(
        ManagerServices manager, string name, ulong version, NodeSpec spec, CancellationToken ct)
    {
        var node = Lookups.Node(manager.Store.Current, name);
        Texts.Labels("Labels", spec.Labels);
        if (node.Meta.Version != version)
            throw ApiException.OutOfSequence();
        if (spec.Role != node.Spec.Role)
            throw RoleChange(node);
        var next = node with { Spec = spec, Meta = node.Meta.Touched(manager.Time.GetUtcNow()) };
        var applied = await manager.ProposeAsync([Change.Update(next)], ct);
        if (applied.Refusal is { } refusal)
            throw refusal.Kind == RefusalKind.Missing
                ? ApiException.Missing($"node {name} not found")
                : ApiException.OutOfSequence();
    }

    /// <summary>Gives up the node's unfinished tasks in the same step: nobody would ever report on them.</summary>
    public static Task RemoveAsync(ManagerServices manager, string name, bool force, CancellationToken ct) =>
        manager.UntilAcceptedAsync(state =>
        {
            var node = Lookups.Node(state, name);
            if (node.Spec.Role == NodeRole.Manager || node.ManagerAddress.Length > 0)
                throw ApiException.Bad($"node {node.Id} is a cluster manager and is a member of the raft cluster. "
                    + "It must be demoted to worker before removal");
            if (node.Status.State == NodeState.Ready && !force)
                throw ApiException.Bad($"node {node.Id} is not down and can't be removed");
            return Removal(state, node, manager.Time.GetUtcNow());
        }, ct);

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

    private static ApiException RoleChange(Node node) => node.Spec.Role == NodeRole.Manager
        ? ApiException.Bad("attempting to demote the last manager of the swarm")
        : ApiException.NotImplemented("several managers are not available yet: the node stays a worker");
}
