using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Core;

internal enum ProgressState
{
    /// <summary>Where the logs agree is not known: one append at a time.</summary>
    Probing,

    /// <summary>They agree: appends follow each other without waiting, up to a limit.</summary>
    Replicating,

    /// <summary>Its next entry is not kept any more: it gets a snapshot.</summary>
    Snapshot,
}

/// <summary>What a leader knows of another member. Invariant: match &lt; next.</summary>
/// <param name="id">whose</param>
/// <param name="next">where it probably goes on</param>
internal sealed class Progress(MemberId id, ulong next)
{
    private readonly Queue<(ulong Last, long Bytes)> _inflight = [];
    private long _inflightBytes;

    public MemberId Id => id;
    public ProgressState State { get; private set; } = ProgressState.Probing;

    /// <summary>Durable there and the same as here, up to this index. Never falls.</summary>
    public ulong Match { get; private set; }

    /// <summary>First index to send.</summary>
    public ulong Next { get; private set; } = next;

    public bool ProbeSent { get; private set; }

    /// <summary>Ticks since it was heard of.</summary>
    public int Silent { get; set; }

    /// <summary>Newest round of reads it answered.</summary>
    public ulong AnsweredRound { get; private set; }

    /// <summary>A heartbeat is due.</summary>
    public bool IsDue { get; set; }

    /// <summary>A tick has passed since it was told how far the commit index is.</summary>
    public bool IsNewsDue { get; set; }

    /// <summary>Index of the last entry that somebody there may wait for.</summary>
    public ulong Awaited { get; set; }

    /// <summary>How far the snapshot is that it gets; null when none was begun.</summary>
    public SnapshotCursor? Cursor { get; set; }

    /// <summary>Newest commit index it was told.</summary>
    public ulong SentCommit { get; private set; }

    /// <summary>Newest round of reads it was asked about.</summary>
    public ulong SentRound { get; private set; }

    public bool HasRoom(RaftOptions options) =>
        _inflight.Count < options.MaxInflightAppends && _inflightBytes < options.MaxInflightBytes;

    public void Heard(ulong round)
    {
        Silent = 0;
        AnsweredRound = Math.Max(AnsweredRound, round);
    }

    /// <summary>An append went out, with entries or without.</summary>
    public void Told(ulong commit, ulong round)
    {
        SentCommit = commit;
        SentRound = round;
        IsDue = false;
        IsNewsDue = false;
        ProbeSent = true;
    }

    /// <summary>Entries up to <paramref name="last"/> went out; more may follow.</summary>
    public void Sent(ulong last, long bytes)
    {
        _inflight.Enqueue((last, bytes));
        _inflightBytes += bytes;
        Next = last + 1;
    }

    /// <returns>whether it is further than was known</returns>
    public bool Acknowledge(ulong index)
    {
        while (_inflight.TryPeek(out var oldest) && oldest.Last <= index)
            _inflightBytes -= _inflight.Dequeue().Bytes;
        if (index <= Match)
            return false;
        Match = index;
        Next = Math.Max(Next, Match + 1);
        return true;
    }

    public void Replicate() => Enter(ProgressState.Replicating, Match + 1);

    /// <param name="next">where to try</param>
    public void Probe(ulong next) => Enter(ProgressState.Probing, Math.Max(next, Match + 1));

    public void NeedSnapshot() => Enter(ProgressState.Snapshot, Next);

    private void Enter(ProgressState state, ulong next)
    {
        Invariant.Require(next > Match, "what is acknowledged is not sent again");
        State = state;
        Next = next;
        ProbeSent = false;
        Cursor = null;
        _inflight.Clear();
        _inflightBytes = 0;
    }
}
