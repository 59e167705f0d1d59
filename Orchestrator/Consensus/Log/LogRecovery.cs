using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>Reads the segments after a start and makes their end fit for appending.</summary>
internal sealed partial class LogRecovery
{
    private readonly LogHome _home;
    private readonly ILogger _logger;
    private readonly List<ulong> _found;
    private readonly List<Segment> _segments = [];
    private ulong? _termAtSnapshot;

    private LogRecovery(LogHome home)
    {
        _home = home;
        _logger = home.Logger;
        _found = [.. DataFiles.Indexes(home.Directory, DataFiles.SegmentSuffix)];
    }

    /// <summary>The segments kept, oldest first.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>The segment to append to; null when the next entry begins a new one.</summary>
    public SegmentWriter? Active { get; private set; }

    public ulong LastIndex { get; private set; }

    public ulong LastTerm { get; private set; }

    public static LogRecovery Run(LogHome home, LogStart start, Action<LogEntry> replay)
    {
        var recovery = new LogRecovery(home);
        recovery.DropUnbornSegment();
        recovery.RequireStart(start.Snapshot);
        foreach (var first in recovery._found)
            recovery.ReadSegment(first, start.Snapshot, replay);
        recovery.RequireEnd(start);
        recovery.MoveBehind(start.Snapshot);
        home.Disk.FlushDirectory(home.Directory);
        return recovery;
    }

    /// <summary>A crash between the creation of a segment and its first flush leaves a file without records.</summary>
    private void DropUnbornSegment()
    {
        if (_found.Count == 0)
            return;
        var path = DataFiles.Segment(_home.Directory, _found[^1]);
        using (var window = new FileWindow(path))
        {
            if (!SegmentHeader.IsTorn(window))
                return;
        }
        LogUnborn(path);
        Delete(_found[^1]);
        _found.RemoveAt(_found.Count - 1);
    }

    private void RequireStart(LogPosition snapshot)
    {
        if (_found is [var first, ..] && first > snapshot.Index + 1)
            throw Corruption.In(_home.Directory, snapshot.Index == 0
                ? $"the oldest entry has index {first}, and there is no snapshot of those before it"
                : $"the oldest entry has index {first}, and the snapshot ends at {snapshot.Index}");
    }

    private void RequireEnd(LogStart start)
    {
        if (Math.Max(LastIndex, start.Snapshot.Index) < start.MustReach)
            throw Corruption.In(_home.Directory, $"the snapshot of index {start.MustReach} is damaged, and the log "
                + $"reaches only to index {LastIndex}");
    }

    private void ReadSegment(ulong first, LogPosition snapshot, Action<LogEntry> replay)
    {
        using var file = SegmentFile.Open(_home, first);
        if (_segments.Count > 0 && first != LastIndex + 1)
            throw Corruption.At(file.Window.Path, 0, $"it begins with index {first} where {LastIndex + 1} belongs");
        var isLast = first == _found[^1];
        var scan = new SegmentScan(file, LastTerm);
        var isWhole = scan.Read(isLast, entry =>
        {
            if (entry.Index == snapshot.Index)
                _termAtSnapshot = entry.Term;
            replay(entry);
        });
        _segments.Add(file.Segment);
        LastIndex = scan.NextIndex - 1;
        LastTerm = scan.LastTerm;
        if (isLast)
            SecureEnd(file, scan, isWhole);
    }

    /// <summary>Cuts the torn tail, then writes and flushes the last batch once more.</summary>
    /// <remarks>
    /// A process that was killed may have left the batch in the page cache only; after a failed flush the kernel takes
    /// such pages for clean, so that a flush alone would do nothing. The same bytes over themselves do no harm.
    /// </remarks>
    private void SecureEnd(SegmentFile file, SegmentScan scan, bool isWhole)
    {
        if (!isWhole)
            LogTorn(file.Window.Path, scan.End, file.Window.Length - scan.End, LastIndex);
        Active = SegmentWriter.Reopen(_home, file, scan.End);
        var from = scan.LastBatch == file.RecordsOffset ? 0 : scan.LastBatch;
        Active.Rewrite(from, file.Window.Peek(from, scan.End - from));
        Active.Flush();
    }

    /// <summary>A snapshot that the log does not contain makes it worthless: it goes on behind the snapshot.</summary>
    /// <remarks>The leader's snapshot was put in place, and a crash came before the log was dropped.</remarks>
    private void MoveBehind(LogPosition snapshot)
    {
        var isSuperseded = LastIndex < snapshot.Index || (_termAtSnapshot ?? snapshot.Term) != snapshot.Term;
        if (isSuperseded)
            DropSegments(snapshot);
        if (isSuperseded || LastIndex == snapshot.Index)
            (LastIndex, LastTerm) = (snapshot.Index, snapshot.Term);
    }

    private void DropSegments(LogPosition snapshot)
    {
        if (_segments.Count > 0)
            LogSuperseded(_home.Directory, snapshot.Index, snapshot.Term);
        Active?.Dispose();
        Active = null;
        for (; _segments.Count > 0; _segments.RemoveAt(_segments.Count - 1))
            Delete(_segments[^1].First);
    }

    private void Delete(ulong first)
    {
        _home.Disk.Delete(DataFiles.Segment(_home.Directory, first));
        _home.Disk.FlushDirectory(_home.Directory);
    }

    [LoggerMessage(LogLevel.Warning, "{Path} was created in a crash and holds no entry: deleted")]
    private partial void LogUnborn(string path);

    [LoggerMessage(LogLevel.Warning,
        "{Path}: a crash cut a write short; dropped {Bytes} bytes from offset {Offset}, none of them acknowledged; "
        + "the log ends at index {LastIndex}")]
    private partial void LogTorn(string path, long offset, long bytes, ulong lastIndex);

    [LoggerMessage(LogLevel.Warning,
        "the log in {Directory} does not contain the snapshot of index {Snapshot} and term {Term}: it starts anew "
        + "behind it")]
    private partial void LogSuperseded(string directory, ulong snapshot, ulong term);
}
