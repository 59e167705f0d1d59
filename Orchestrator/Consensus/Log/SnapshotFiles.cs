using Microsoft.Extensions.Logging;

namespace Orchestrator.Consensus.Log;

/// <summary>The snapshots in the log's directory: the newest two are kept.</summary>
internal sealed partial class SnapshotFiles(string directory, ILogDisk disk, ILogger logger)
{
    private const int Kept = 2;

    private readonly ILogger _logger = logger;

    /// <summary>The newest snapshot that can be read, and which newer ones cannot.</summary>
    public LoadedSnapshot Load()
    {
        var damaged = ImmutableArray.CreateBuilder<ulong>();
        foreach (var index in DataFiles.Indexes(directory, DataFiles.SnapshotSuffix).Reverse())
        {
            var path = DataFiles.Snapshot(directory, index);
            var file = AtomicFile.Read(path);
            if (SnapshotFormat.Check(file, index, path) is { } position)
                return new LoadedSnapshot(position, file.AsMemory(SnapshotFormat.HeaderSize), damaged.ToImmutable());
            LogDamaged(path);
            damaged.Add(index);
        }
        return new LoadedSnapshot(default, null, damaged.ToImmutable());
    }

    /// <summary>Renames damaged snapshots, so that they do not count. Only after the log made up for them.</summary>
    public void PutAside(ImmutableArray<ulong> damaged)
    {
        foreach (var path in damaged.Select(index => DataFiles.Snapshot(directory, index)))
            disk.Rename(path, path + DataFiles.DamagedSuffix);
        if (!damaged.IsEmpty)
            disk.FlushDirectory(directory);
    }

    /// <summary>Returns when the snapshot is durable and those before the last two are gone.</summary>
    /// <returns>the index through which the log is no longer needed, 0 when all of it is</returns>
    public ulong Write(SnapshotPosition position, ChunkedBuffer state)
    {
        var path = DataFiles.Snapshot(directory, position.Index);
        AtomicFile.Write(disk, path, [SnapshotFormat.Header(position, state), .. state.Parts]);
        var all = DataFiles.Indexes(directory, DataFiles.SnapshotSuffix);
        foreach (var old in all.SkipLast(Kept))
            disk.Delete(DataFiles.Snapshot(directory, old));
        return all.Length >= Kept ? all[^Kept] : 0;
    }

    [LoggerMessage(LogLevel.Error, "the snapshot {Path} is damaged; the one before it and the log are used instead")]
    private partial void LogDamaged(string path);
}

/// <param name="State">null when no snapshot can be read</param>
/// <param name="Damaged">indexes of newer snapshots that cannot be read, newest first</param>
internal sealed record LoadedSnapshot(
    SnapshotPosition Position, ReadOnlyMemory<byte>? State, ImmutableArray<ulong> Damaged)
{
    public LogStart Start => new(Position, Damaged.IsEmpty ? 0 : Damaged[0]);
}
