using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>
/// Proposes as the leader of one term: a command that reaches the log in another term is refused when it is applied, as
/// <see cref="RefusalKind.Stale"/> with the subject <c>leadership</c>. So nobody acts on decisions of a former leader.
/// </summary>
internal sealed class FencedProposer(RaftNode node, Leadership leadership) : IProposer
{
    /// <summary>Of refusals because of the term.</summary>
    public const string Subject = "leadership";

    public ValueTask<Applied> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken ct) =>
        node.ProposeAsync(command, leadership.Term, ct);

    public ValueTask ReadBarrierAsync(CancellationToken ct) => node.ReadBarrierAsync(ct);
}
