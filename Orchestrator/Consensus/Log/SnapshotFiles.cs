using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>The snapshots in the log's directory: the newest two are kept.</summary>
/// <remarks>For any thread; a call waits while another writes.</remarks>
internal sealed partial class SnapshotFiles(LogHome home)
{
    private const int Kept = 2;

    private readonly ILogger _logger = home.Logger;
    private readonly Lock _gate = new();
    private ulong _newest;

    /// <summary>Index of the newest durable snapshot, 0 when there is none.</summary>
    public ulong Newest => Volatile.Read(ref _newest);

    /// <summary>The log is not needed for any start through this index: the older snapshot's, or 0.</summary>
    public ulong Removable => Indexes() is [.., var older, _] ? older : 0;

    /// <summary>The newest snapshot that can be read, and which newer ones cannot.</summary>
    /// <param name="first">members as of snapshots of format 1; snapshots of another incarnation do not count</param>
    public LoadedSnapshot Load(Membership first)
    {
        var damaged = ImmutableArray.CreateBuilder<ulong>();
        foreach (var index in Indexes().Reverse().Where(index => !IsForeign(index, first)))
        {
            if (SnapshotFile.Load(home, index, first) is { } snapshot)
            {
                _newest = index;
                return new LoadedSnapshot(snapshot, damaged.ToImmutable());
            }
            LogDamaged(DataFiles.Snapshot(home.Directory, index));
            damaged.Add(index);
        }
        return new LoadedSnapshot(null, damaged.ToImmutable());
    }

    /// <summary>Renames damaged snapshots, so that they do not count. Only after the log made up for them.</summary>
    public void PutAside(ImmutableArray<ulong> damaged)
    {
        foreach (var path in damaged.Select(index => DataFiles.Snapshot(home.Directory, index)))
            home.Disk.Rename(path, path + DataFiles.DamagedSuffix);
        if (!damaged.IsEmpty)
            home.Disk.FlushDirectory(home.Directory);
    }

    /// <summary>Deletes snapshots of another incarnation: a recovery by force began there, or replaced it.</summary>
    public void DropForeign(Membership first)
    {
        foreach (var index in Indexes().Where(index => IsForeign(index, first)))
        {
            LogForeign(DataFiles.Snapshot(home.Directory, index));
            home.Disk.Delete(DataFiles.Snapshot(home.Directory, index));
            home.Disk.FlushDirectory(home.Directory);
        }
    }

    /// <summary>Writes snapshots of format 1 anew, with members and encrypted.</summary>
    public void Upgrade(Membership first)
    {
        foreach (var index in Indexes().Where(i => SnapshotFile.IsFirstFormat(DataFiles.Snapshot(home.Directory, i))))
            if (SnapshotFile.Load(home, index, first) is { } snapshot)
                SnapshotFile.Write(home, index, Content(snapshot));
    }

    /// <summary>Returns when the snapshot is durable and those before the last two are gone.</summary>
    /// <remarks>One that is older than the newest is of no use, and not written.</remarks>
    public void Write(LogPosition position, IReadOnlyCollection<ReadOnlyMemory<byte>> content)
    {
        lock (_gate)
        {
            if (position.Index < Newest)
                return;
            SnapshotFile.Write(home, position.Index, content);
            Volatile.Write(ref _newest, position.Index);
            foreach (var old in Indexes().SkipLast(Kept))
                home.Disk.Delete(DataFiles.Snapshot(home.Directory, old));
        }
    }

    /// <summary>Calls with the ids of the keys of all snapshots, while none is being written.</summary>
    public void WithKeyIds(Action<IEnumerable<ulong>> action)
    {
        lock (_gate)
            action(Indexes().Select(index => SnapshotFile.KeyId(DataFiles.Snapshot(home.Directory, index))));
    }

    public static IReadOnlyCollection<ReadOnlyMemory<byte>> Content(StoredSnapshot snapshot) =>
        [.. SnapshotContent.Parts(snapshot.Position, snapshot.Membership, [snapshot.State])];

    private bool IsForeign(ulong index, Membership first)
    {
        var path = DataFiles.Snapshot(home.Directory, index);
        if (SnapshotFile.IsFirstFormat(path))
            return false;
        using var reader = SnapshotFile.OpenContent(home, path);
        return reader is not null && SnapshotContent.ReadMembership(reader) is { } members
            && members.Incarnation != first.Incarnation;
    }

    private ImmutableArray<ulong> Indexes() => DataFiles.Indexes(home.Directory, DataFiles.SnapshotSuffix);

    [LoggerMessage(LogLevel.Error, "the snapshot {Path} is damaged; the one before it and the log are used instead")]
    private partial void LogDamaged(string path);

    [LoggerMessage(LogLevel.Warning, "the snapshot {Path} is of another group of managers than this one: deleted")]
    private partial void LogForeign(string path);
}

/// <param name="Snapshot">null when none can be read</param>
/// <param name="Damaged">indexes of newer snapshots that cannot be read, newest first</param>
internal sealed record LoadedSnapshot(StoredSnapshot? Snapshot, ImmutableArray<ulong> Damaged)
{
    public LogStart Start => new(Snapshot?.Position ?? default, Damaged.IsEmpty ? 0 : Damaged[0]);
}
