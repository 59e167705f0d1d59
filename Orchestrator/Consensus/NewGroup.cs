using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>
/// Makes the directory of a group of one out of what there is. The group has a new incarnation and its member a new id,
/// so that nobody of before can be taken for one of them. Then a <see cref="RaftNode"/> opens it as any other.
/// </summary>
internal static class NewGroup
{
    /// <summary>
    /// Out of a member's whole log, also what the old group has not committed: somebody may have been told that it is.
    /// After a crash at any moment the directory is the old member's or the new one's.
    /// </summary>
    /// <param name="options">of the member; its node does not run. The address is the new member's</param>
    /// <param name="around">its state machine is empty; afterwards it has the new group's state</param>
    /// <param name="command">makes, with all entries applied, one last command: it takes effect together with the new
    /// group; when it throws, nothing was changed</param>
    /// <exception cref="LogException">the directory cannot be used or written, or an entry not be applied</exception>
    public static void OfMember(
        RaftNodeOptions options, NodeSurroundings around, Func<ReadOnlyMemory<byte>> command)
    {
        var storageOptions = NodeOpening.StorageOptions(options, around);
        var opened = RaftStorage.Open(storageOptions, around.Disk, around.Ids.Fill, around.Logger);
        using var storage = opened.Storage;
        var state = new ReplicatedState(around.Machine);
        if (opened.Snapshot is { } snapshot)
            state.Restore(snapshot.Position.Index, snapshot.State);
        foreach (var entry in opened.State.Entries)
        {
            if (entry.Index > opened.State.Snapshot.Index)
                state.Apply(entry);
        }
        var applied = around.Machine.Apply(storage.LastIndex + 1, command());
        Invariant.Require(applied.Accepted, "the last command was made for this very state");
        var content = new ChunkedBuffer();
        state.TakeSnapshot()(content);
        storage.Reform(NodeOpening.Founder(options, around), content);
    }

    /// <summary>Out of a state that a state machine wrote.</summary>
    /// <param name="options">its directory is empty or does not exist</param>
    /// <param name="index">of the last command in the state; the log goes on behind it</param>
    /// <exception cref="LogException">the disk fails, or the directory holds something</exception>
    public static void OfState(
        RaftNodeOptions options, NodeSurroundings around, ulong index, ReadOnlyMemory<byte> state)
    {
        var storageOptions = NodeOpening.StorageOptions(options, around);
        var snapshot = new StoredSnapshot(new LogPosition(index, 1), storageOptions.IfNew.First, state);
        RaftStorage.Create(storageOptions, snapshot, around.Disk, around.Ids.Fill);
    }
}
