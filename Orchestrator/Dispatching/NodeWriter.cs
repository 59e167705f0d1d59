using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>Changes one node's row, and decides again when someone else was faster.</summary>
internal sealed class NodeWriter(DispatchingEnvironment environment)
{
    private const int MaxAttempts = 20;

    /// <param name="change">pure; null = nothing to do</param>
    /// <returns>false when there is no such node (any more)</returns>
    /// <exception cref="ProposalException">the change may or may not come about</exception>
    public async Task<bool> ChangeAsync(NodeId id, Func<Node, Node?> change, CancellationToken ct)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (environment.Store.Current.Node(id) is not { } node)
                return false;
            if (change(node) is not { } next)
                return true;
            var applied = await environment.Proposer.ProposeAsync(Transaction.Of(Change.Update(next)), ct);
            if (applied.Accepted)
                return true;
        }
        throw new ProposalException(
            ProposalFailure.Overloaded, $"node {id} is changed by others faster than this change can be made");
    }
}
