namespace Orchestrator.Consensus.Core;

/// <summary>Takes a snapshot from the leader, a piece at a time, each durable before the next is asked for.</summary>
/// <param name="part">what a former life had received: it goes on there</param>
internal sealed class SnapshotIntake(RaftState state, ReceivedPart part)
{
    private ReceivedPart _part = part;

    public void OnChunk(Message.SnapshotChunk chunk)
    {
        if (!IsWellFormed(chunk))
            return;
        state.Follow(chunk.From);
        if (state.Disk.Chunk is not null)
            return;
        if (chunk.Position.Index <= state.Commit || state.Log.Contains(chunk.Position))
            Skip(chunk);
        else if (IsNext(chunk))
            Write(chunk);
        else
            Reply(chunk.Position, IsSame(chunk) ? _part.Bytes : 0, isInstalled: false);
    }

    /// <summary>A write is done that had a piece in it.</summary>
    public void OnDurable(Message.SnapshotChunk chunk, bool isInstalled)
    {
        _part = _part with { Bytes = chunk.Offset + chunk.Bytes.Length };
        if (isInstalled)
            state.Install(chunk);
        Reply(chunk.Position, _part.Bytes, isInstalled);
    }

    /// <summary>What it stands for is in the log, or was: only the commit index may move.</summary>
    private void Skip(Message.SnapshotChunk chunk)
    {
        state.CommitTo(chunk.Position.Index);
        Reply(state.Log.PositionAt(state.Commit), 0, isInstalled: true);
    }

    private void Write(Message.SnapshotChunk chunk)
    {
        _part = new ReceivedPart(chunk.Position, chunk.Offset, chunk.Total);
        state.Disk.Write(chunk);
    }

    /// <summary>The next piece of the one that is being received, or the first of another.</summary>
    private bool IsNext(Message.SnapshotChunk chunk) => chunk.Offset == (IsSame(chunk) ? _part.Bytes : 0);

    private bool IsSame(Message.SnapshotChunk chunk) =>
        chunk.Position == _part.Position && chunk.Total == _part.Total;

    private void Reply(LogPosition position, long next, bool isInstalled)
    {
        if (!state.Leader.IsNone && state.Role == RaftRole.Follower)
            state.Outbox.Send(
                new Message.SnapshotReply(state.Self, state.Leader, state.Term, position, next, isInstalled));
    }

    private static bool IsWellFormed(Message.SnapshotChunk chunk) =>
        chunk.Position.Index > 0 && chunk.Position.Term <= chunk.Term && chunk.Offset >= 0
        && chunk.Total >= chunk.Bytes.Length && chunk.Offset <= chunk.Total - chunk.Bytes.Length
        && (chunk.IsLast || !chunk.Bytes.IsEmpty)
        && chunk.Membership.IsWellFormed();
}
