using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>
/// A command on its way into the log, and the one who waits for it. After the inbox: for the loop only.
/// </summary>
/// <param name="fenceTerm">the only term in which it may count; 0: any</param>
internal sealed class Proposal(ReadOnlyMemory<byte> command, ulong fenceTerm, CancellationToken ct)
{
    private readonly TaskCompletionSource<Applied> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReadOnlyMemory<byte> Command { get; } = command;

    public ulong FenceTerm { get; } = fenceTerm;

    /// <summary>The proposer gave up: the command need not be written any more.</summary>
    public bool IsWithdrawn => ct.IsCancellationRequested;

    public Task<Applied> Outcome => _done.Task;

    /// <summary>0 before it has one.</summary>
    public ulong Sequence { get; set; }

    /// <summary>Copies that were handed to a leader and not refused.</summary>
    public int Copies { get; set; }

    /// <summary>It waits for a leader.</summary>
    public bool IsParked { get; set; }

    /// <summary>When it was taken, in ticks.</summary>
    public long TakenAt { get; set; }

    /// <summary>When it was last handed to a leader, in ticks.</summary>
    public long SentAt { get; set; }

    public void Complete(Applied applied) => _done.TrySetResult(applied);

    public void Fail(ProposalException reason) => _done.TrySetException(reason);
}
