namespace Orchestrator.Consensus.Core;

/// <summary>Brings the other members' logs to where the leader's is.</summary>
internal sealed class Replication(RaftState state, ProgressTable table)
{
    public SnapshotSending Snapshots { get; } = new(state, table);

    public void Tick(bool heartbeat)
    {
        foreach (var progress in table.Members)
        {
            progress.Silent++;
            progress.IsDue |= heartbeat;
            progress.IsNewsDue = true;
            Snapshots.Tick(progress);
        }
    }

    /// <summary>Sends what is missing there, news of the commit index, and questions about reads.</summary>
    public void SendAll(ulong round)
    {
        foreach (var progress in table.Members)
            Send(progress, round);
    }

    /// <returns>whether more is durable there than was known</returns>
    public bool OnReply(Progress progress, Message.AppendReply reply)
    {
        if (!reply.Accepted)
        {
            OnRefusal(progress, reply);
            return false;
        }
        if (!state.Log.Contains(reply.Match) && reply.Match.Index >= state.Log.Base.Index)
            return false;
        var moved = progress.Acknowledge(reply.Match.Index);
        var follows = progress.State == ProgressState.Snapshot
            ? progress.Match >= state.Log.Base.Index
            : progress.State == ProgressState.Probing;
        if (follows)
            progress.Replicate();
        return moved;
    }

    private void Send(Progress progress, ulong round)
    {
        // What it lacks was dropped meanwhile: without a place to join, nothing that is sent could be refused.
        if (progress.State != ProgressState.Snapshot && state.Log.TermAt(progress.Next - 1) is null)
            progress.NeedSnapshot();
        if (progress.State == ProgressState.Probing && !progress.ProbeSent)
            SendEntries(progress, round);
        while (progress.State == ProgressState.Replicating && progress.Next <= state.Log.Last.Index
            && progress.HasRoom(state.Options))
            SendEntries(progress, round);
        if (progress.IsDue || progress.SentRound < round || IsOwedNews(progress))
            SendAppend(progress, [], round);
        if (progress.State == ProgressState.Snapshot)
            Snapshots.Feed(progress);
    }

    /// <summary>
    /// News of the commit index goes with the next entries. Alone it goes to a member where somebody waits for it, and
    /// to the others once a tick: each such message costs both sides as much as an entry.
    /// </summary>
    private bool IsOwedNews(Progress progress) =>
        progress.SentCommit < state.Commit && progress.State == ProgressState.Replicating
        && (progress.IsNewsDue || progress.SentCommit < progress.Awaited) && progress.HasRoom(state.Options);

    private void SendEntries(Progress progress, ulong round)
    {
        var options = state.Options;
        var entries = state.Log.Slice(
            progress.Next, state.Log.Last.Index, options.MaxAppendBytes, options.MaxAppendEntries);
        SendAppend(progress, entries, round);
        if (progress.State == ProgressState.Replicating)
            progress.Sent(entries[^1].Index, state.Log.CostBetween(entries[0].Index - 1, entries[^1].Index));
    }

    private void SendAppend(Progress progress, ImmutableArray<LogEntry> entries, ulong round)
    {
        var previous = progress.State == ProgressState.Snapshot
            ? default
            : state.Log.PositionAt(progress.Next - 1);
        state.Outbox.Send(new Message.Append(
            state.Self, progress.Id, state.Term, previous, entries, state.Commit, round)
        {
            Acknowledged = progress.Match,
        });
        progress.Told(state.Commit, round);
    }

    /// <summary>Late refusals are told by the index that they are about.</summary>
    private void OnRefusal(Progress progress, Message.AppendReply reply)
    {
        if (reply.Refused <= progress.Match)
            return;
        if (progress.State == ProgressState.Replicating && reply.Refused < progress.Next)
            progress.Probe(progress.Match + 1);
        if (progress.State != ProgressState.Probing || reply.Refused != progress.Next - 1)
            return;
        var place = reply.Match with { Index = Math.Min(reply.Match.Index, reply.Refused - 1) };
        progress.Probe(state.Log.LastNotNewer(place) + 1);
    }
}
