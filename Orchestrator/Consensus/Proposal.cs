using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>A command on its way into the log, and the one who waits for it.</summary>
internal sealed class Proposal(ReadOnlyMemory<byte> command, CancellationToken ct)
{
    private readonly TaskCompletionSource<Applied> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReadOnlyMemory<byte> Command { get; } = command;

    /// <summary>The proposer gave up: the command need not be written any more.</summary>
    public bool IsWithdrawn => ct.IsCancellationRequested;

    public Task<Applied> Outcome => _done.Task;

    public void Complete(Applied applied) => _done.TrySetResult(applied);

    public void Fail(ProposalException reason) => _done.TrySetException(reason);
}
