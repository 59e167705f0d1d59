using Orchestrator.Primitives;
using Orchestrator.Serialization;

namespace Orchestrator.Store;

public static class TransactionProposals
{
    /// <summary>Completes when the transaction is durable and applied (or refused as a whole).</summary>
    /// <exception cref="ProposalException">it may or may not be applied later</exception>
    public static ValueTask<Applied> ProposeAsync(
        this IProposer proposer, Transaction transaction, CancellationToken ct) =>
        proposer.ProposeAsync(MessagePackSerializer.Serialize(transaction), ct);
}
