using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>Takes tasks away from a node that may not run them any more, whenever the node changed.</summary>
public sealed class NodeController : IController
{
    public string Name => "nodes";

    public IEnumerable<string> KeysOf(StateChange change, StateSnapshot before)
    {
        if (change.Keys is not { } keys || keys.Any(key => key.Table == Table.Clusters))
            return change.Snapshot.Nodes.Keys;
        return keys.Where(key => key.Table == Table.Nodes).Select(key => key.Key);
    }

    public ControllerDecision Decide(ReconcileContext context, string key)
    {
        if (context.State.Node(new NodeId(key)) is not { } node)
            return new ControllerDecision([], null);
        var evictions = UnfitTasks.Find(context.State, node).Select(unfit => Change.Update(unfit.Task.Evicted(
            new Eviction { Reason = unfit.Reason, At = context.Now })));
        // For the node as it was: one that got back what it lost keeps its tasks.
        var parts = evictions.Chunk(ControllerDecision.MostInOnePart)
            .Select(part => new Transaction { Changes = [Change.Require(node), .. part] });
        return new ControllerDecision([.. parts], null);
    }
}
