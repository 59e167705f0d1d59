using Orchestrator.Consensus.Log;

namespace Orchestrator.Consensus;

/// <summary>What a member that does not run would know if all were agreed on that its log holds.</summary>
internal static class StoredState
{
    /// <summary>For a look only: nothing of it may be told to anybody as the group's word.</summary>
    /// <param name="options">of the member; its directory holds one</param>
    /// <param name="around">its state machine is empty; afterwards it has the state</param>
    /// <exception cref="LogException">the directory cannot be used, or an entry not be applied</exception>
    public static void Read(RaftNodeOptions options, NodeSurroundings around)
    {
        var opened = RaftStorage.Open(
            NodeOpening.StorageOptions(options, around), around.Disk, around.Ids.Fill, around.Logger);
        using var storage = opened.Storage;
        Replay(opened, around);
    }

    /// <summary>Applies all that the directory holds, also what the group may not have committed.</summary>
    /// <exception cref="LogException">an entry cannot be applied</exception>
    public static ReplicatedState Replay(OpenedStorage opened, NodeSurroundings around)
    {
        var state = new ReplicatedState(around.Machine);
        if (opened.Snapshot is { } snapshot)
            state.ReadSnapshot(snapshot.Position.Index, snapshot.State)();
        foreach (var entry in opened.State.Entries)
        {
            if (entry.Index > opened.State.Snapshot.Index)
                state.Apply(entry);
        }
        return state;
    }
}
