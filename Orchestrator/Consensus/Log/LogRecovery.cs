using Microsoft.Extensions.Logging;

namespace Orchestrator.Consensus.Log;

/// <summary>Reads the segments after a start and makes their end fit for appending.</summary>
internal sealed partial class LogRecovery
{
    private readonly string _directory;
    private readonly ILogDisk _disk;
    private readonly ILogger _logger;
    private readonly List<ulong> _segments;

    private LogRecovery(string directory, ILogDisk disk, ILogger logger)
    {
        _directory = directory;
        _disk = disk;
        _logger = logger;
        _segments = [.. DataFiles.Indexes(directory, DataFiles.SegmentSuffix)];
    }

    /// <summary>First indexes of the segments kept, lowest first.</summary>
    public IReadOnlyList<ulong> Segments => _segments;

    /// <summary>The segment to append to; null when the next entry begins a new one.</summary>
    public DiskFile? Active { get; private set; }

    /// <summary>Where in <see cref="Active"/> the next record goes.</summary>
    public long End { get; private set; }

    public ulong LastIndex { get; private set; }

    public ulong LastTerm { get; private set; }

    public static LogRecovery Run(
        string directory, ILogDisk disk, LogStart start, Action<LogEntry> replay, ILogger logger)
    {
        var recovery = new LogRecovery(directory, disk, logger);
        recovery.DropUnbornSegment();
        recovery.RequireStart(start.Snapshot);
        for (var i = 0; i < recovery._segments.Count; i++)
            recovery.ReadSegment(i, replay);
        recovery.RequireEnd(start);
        recovery.MoveBehind(start.Snapshot);
        disk.FlushDirectory(directory);
        return recovery;
    }

    /// <summary>A crash between the creation of a segment and its first flush leaves a file without records.</summary>
    private void DropUnbornSegment()
    {
        if (_segments.Count == 0)
            return;
        var path = DataFiles.Segment(_directory, _segments[^1]);
        using (var window = new FileWindow(path))
        {
            if (!SegmentHeader.IsTorn(window))
                return;
        }
        LogUnborn(path);
        _disk.Delete(path);
        _disk.FlushDirectory(_directory);
        _segments.RemoveAt(_segments.Count - 1);
    }

    private void RequireStart(SnapshotPosition snapshot)
    {
        if (_segments is [var first, ..] && first > snapshot.Index + 1)
            throw Corruption.In(_directory, snapshot.Index == 0
                ? $"the oldest entry has index {first}, and there is no snapshot of those before it"
                : $"the oldest entry has index {first}, and the snapshot ends at {snapshot.Index}");
    }

    private void RequireEnd(LogStart start)
    {
        if (Math.Max(LastIndex, start.Snapshot.Index) < start.MustReach)
            throw Corruption.In(_directory, $"the snapshot of index {start.MustReach} is damaged, and the log "
                + $"reaches only to index {LastIndex}");
    }

    private void ReadSegment(int position, Action<LogEntry> replay)
    {
        var first = _segments[position];
        var path = DataFiles.Segment(_directory, first);
        if (position > 0 && first != LastIndex + 1)
            throw Corruption.At(path, 0, $"it begins with index {first} where {LastIndex + 1} belongs");
        var isLast = position == _segments.Count - 1;
        using var window = new FileWindow(path);
        var scan = new SegmentScan(window, first, LastTerm);
        var isWhole = scan.Read(isLast, replay);
        LastIndex = scan.NextIndex - 1;
        LastTerm = scan.LastTerm;
        if (isLast)
            SecureEnd(window, scan, isWhole);
    }

    /// <summary>Cuts the torn tail, then writes and flushes the last batch once more.</summary>
    /// <remarks>
    /// A process that was killed may have left the batch in the page cache only; after a failed flush the kernel takes
    /// such pages for clean, so that a flush alone would do nothing. The same bytes over themselves do no harm.
    /// </remarks>
    private void SecureEnd(FileWindow window, SegmentScan scan, bool isWhole)
    {
        Active = _disk.Open(window.Path);
        End = scan.End;
        if (!isWhole)
        {
            LogTorn(window.Path, scan.End, window.Length - scan.End, LastIndex);
            _disk.Truncate(Active, scan.End);
        }
        var from = scan.LastBatch == SegmentHeader.Size ? 0 : scan.LastBatch;
        _disk.Write(Active, from, window.Peek(from, scan.End - from));
        _disk.Flush(Active);
    }

    /// <summary>A snapshot newer than the whole log makes it worthless: the log goes on behind the snapshot.</summary>
    private void MoveBehind(SnapshotPosition snapshot)
    {
        if (LastIndex > snapshot.Index)
            return;
        var hasGap = LastIndex < snapshot.Index;
        LastIndex = snapshot.Index;
        LastTerm = snapshot.Term;
        if (hasGap)
            DropSegments(snapshot.Index);
    }

    private void DropSegments(ulong snapshot)
    {
        if (_segments.Count > 0)
            LogSuperseded(_directory, snapshot);
        Active?.Dispose();
        Active = null;
        foreach (var first in _segments)
        {
            _disk.Delete(DataFiles.Segment(_directory, first));
            _disk.FlushDirectory(_directory);
        }
        _segments.Clear();
    }

    [LoggerMessage(LogLevel.Warning, "{Path} was created in a crash and holds no entry: deleted")]
    private partial void LogUnborn(string path);

    [LoggerMessage(LogLevel.Warning,
        "{Path}: a crash cut a write short; dropped {Bytes} bytes from offset {Offset}, none of them acknowledged; "
        + "the log ends at index {LastIndex}")]
    private partial void LogTorn(string path, long offset, long bytes, ulong lastIndex);

    [LoggerMessage(LogLevel.Warning,
        "the log in {Directory} ends before the snapshot of index {Snapshot}: it starts anew behind it")]
    private partial void LogSuperseded(string directory, ulong snapshot);
}
