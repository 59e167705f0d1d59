namespace Orchestrator.Consensus.Core;

/// <summary>Gives a snapshot, a piece at a time, to members whose next entry is not kept any more.</summary>
internal sealed class SnapshotSending(RaftState state, ProgressTable table)
{
    /// <summary>What is lost is asked for again after the time of an election.</summary>
    public void Tick(Progress progress)
    {
        if (progress.Cursor is not { Awaits: SnapshotAwaits.Reply } cursor)
            return;
        var age = cursor.Age + 1;
        progress.Cursor = age < state.Options.ElectionTicks
            ? cursor with { Age = age }
            : cursor with { Age = 0, Awaits = SnapshotAwaits.Nothing };
    }

    /// <summary>
    /// Asks for the next piece to be read. A snapshot that was begun is brought to its end, if the disk still has it,
    /// though a newer one exists: otherwise a slow member would begin again for ever. One of which nothing has arrived
    /// was not begun: a member that was away gets the newest.
    /// </summary>
    public void Feed(Progress progress)
    {
        if (progress.Cursor is not { } cursor || cursor is { Offset: 0, Awaits: SnapshotAwaits.Nothing })
        {
            if (state.IsSnapshotLost)
                return;
            cursor = new SnapshotCursor(state.Snapshot, 0, SnapshotAwaits.Nothing);
        }
        if (cursor.Awaits == SnapshotAwaits.Nothing)
        {
            state.Outbox.Ask(new SnapshotRead(
                progress.Id, cursor.Position, cursor.Offset, state.Options.SnapshotChunkBytes));
            cursor = cursor with { Awaits = SnapshotAwaits.Read };
        }
        progress.Cursor = cursor;
    }

    /// <summary>
    /// First entry to keep, so that a member that gets a snapshot, or has got one and catches up, can go on behind it,
    /// and not with the next snapshot.
    /// </summary>
    public ulong KeepFrom(ulong wanted)
    {
        foreach (var progress in table.Members)
        {
            if (progress.Silent < state.Options.ElectionTicks && HasThrough(progress) is { } has)
                wanted = Math.Min(wanted, Math.Max(has, state.Log.Base.Index) + 1);
        }
        return wanted;
    }

    public void Send(SnapshotRead read, ReadOnlyMemory<byte> bytes, long total, Membership membership)
    {
        if (Waiting(read) is not { } progress)
            return;
        progress.Cursor = progress.Cursor!.Value with { Awaits = SnapshotAwaits.Reply, Age = 0 };
        state.Outbox.Send(new Message.SnapshotChunk(
            state.Self, read.To, state.Term, read.Position, read.Offset, total, bytes) { Membership = membership });
    }

    /// <returns>false: this leader cannot read its newest snapshot</returns>
    public bool Unreadable(SnapshotRead read)
    {
        if (Waiting(read) is not { } progress)
            return true;
        progress.Cursor = null;
        return read.Position != state.Snapshot;
    }

    public void OnReply(Progress progress, Message.SnapshotReply reply)
    {
        if (progress.State != ProgressState.Snapshot)
            return;
        if (reply.Installed)
            progress.Probe(Math.Min(reply.Position.Index, state.Log.Last.Index) + 1);
        else if (progress.Cursor is { Awaits: SnapshotAwaits.Reply } cursor && reply.Position == cursor.Position
            && reply.Next != cursor.Offset && reply.Next >= 0)
            progress.Cursor = new SnapshotCursor(cursor.Position, reply.Next, SnapshotAwaits.Nothing);
    }

    /// <summary>Up to where it has, or will have, what it needs; null when it begins with a snapshot anyway.</summary>
    private static ulong? HasThrough(Progress progress) => progress.State switch
    {
        ProgressState.Snapshot => progress.Cursor?.Position.Index,
        ProgressState.Probing => progress.Next - 1,
        ProgressState.Replicating => progress.Match,
    };

    private Progress? Waiting(SnapshotRead read) =>
        table.Find(read.To) is { Cursor: { Awaits: SnapshotAwaits.Read } cursor } progress
            && cursor.Position == read.Position && cursor.Offset == read.Offset ? progress : null;
}
