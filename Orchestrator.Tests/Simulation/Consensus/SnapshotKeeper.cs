using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>Takes snapshots of a process's state, and reads them for members that lag behind.</summary>
internal sealed class SnapshotKeeper(World world, MemberProcess process)
{
    private bool _isWriting;
    private bool _isWanted;

    /// <summary>Reading fails, until the next one has been written.</summary>
    public bool IsUnreadable { get; set; }

    /// <summary>Begins one, of what is applied now. A crash before it is complete leaves nothing of it.</summary>
    public void Take()
    {
        if (process.Applies.Machine.Applied.Index > process.Member.Disk.Snapshot.Position.Index)
            Begin();
    }

    /// <summary>The newest cannot be read: another, maybe of the same place, as soon as none is being written.</summary>
    public void Replace()
    {
        _isWanted = true;
        Begin();
    }

    public void Serve(SnapshotRead read) =>
        world.Time.After(world.Random.Next((int)Timeline.Tick), () => process.Input(() => Read(read)));

    private void Begin()
    {
        if (_isWriting)
            return;
        (_isWriting, _isWanted) = (true, false);
        var applied = process.Applies.Machine.Applied;
        var snapshot = new StoredSnapshot(applied, process.Applies.Membership, process.Applies.Machine.Save());
        world.Time.After(world.Random.Next(4 * (int)Timeline.Tick), () => process.Input(() => Complete(snapshot)));
    }

    private void Complete(StoredSnapshot snapshot)
    {
        _isWriting = false;
        if (snapshot.Position.Index >= process.Member.Disk.Snapshot.Position.Index)
            Keep(snapshot);
        if (_isWanted)
            Begin();
    }

    private void Keep(StoredSnapshot snapshot)
    {
        IsUnreadable = false;
        process.Member.Disk.Add(snapshot);
        // Some are kept behind, for members that are only a little late.
        var kept = (ulong)world.Random.Next(6);
        var keepFrom = snapshot.Position.Index + 1 > kept ? snapshot.Position.Index + 1 - kept : 1;
        process.Member.Disk.Compact(keepFrom);
        world.Trace?.Add($"{process.Member.Id} has a snapshot at {snapshot.Position}, keeps from {keepFrom}");
        process.Core.SnapshotTaken(snapshot.Position, snapshot.Membership, keepFrom);
    }

    private void Read(SnapshotRead read)
    {
        world.Trace?.Add($"{process.Member.Id} reads {read}");
        if (IsUnreadable || process.Member.Disk.Find(read.Position) is not { } snapshot)
        {
            process.Core.SnapshotUnreadable(read);
            return;
        }
        var length = Math.Min(read.MaxBytes, snapshot.State.Length - (int)read.Offset);
        process.Core.SendChunk(read, snapshot.State.AsMemory((int)read.Offset, length), snapshot.State.Length,
            snapshot.Membership);
    }
}
