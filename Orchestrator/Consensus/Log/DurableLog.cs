using System.Buffers;
using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Log;

/// <summary>The write-ahead log: entries in segment files, appended and flushed in batches.</summary>
/// <remarks>
/// For one thread at a time; the calls block. One batch is written and flushed before the next is written: recovery
/// counts on it. After the first exception the log refuses everything: nobody knows what is on the disk then.
/// </remarks>
internal sealed class DurableLog : IDisposable
{
    /// <summary>A buffer that one huge entry made is given back instead of being kept.</summary>
    private const int KeptBuffer = 4 * 1024 * 1024;

    private readonly ILogDisk _disk;
    private readonly string _directory;
    private readonly long _segmentBytes;
    private readonly List<ulong> _segments;
    private ArrayBufferWriter<byte> _buffer = new();
    private DiskFile? _active;
    private long _end;
    private bool _failed;

    private DurableLog(ILogDisk disk, LogOptions options, LogRecovery recovered)
    {
        _disk = disk;
        _directory = options.Directory;
        _segmentBytes = options.SegmentBytes;
        _segments = [.. recovered.Segments];
        _active = recovered.Active;
        _end = recovered.End;
        LastIndex = recovered.LastIndex;
        LastTerm = recovered.LastTerm;
    }

    /// <summary>Index of the oldest entry kept; one more than <see cref="LastIndex"/> when there is none.</summary>
    public ulong FirstIndex => _segments is [var first, ..] ? first : LastIndex + 1;

    public ulong LastIndex { get; private set; }

    public ulong LastTerm { get; private set; }

    /// <summary>Checks the whole log, cuts a torn tail, and makes sure that every entry replayed is durable.</summary>
    /// <param name="start">the snapshot that the state starts from</param>
    /// <param name="replay">gets every entry kept in the files, in order, those under the snapshot too</param>
    public static DurableLog Open(
        LogOptions options, ILogDisk disk, LogStart start, Action<LogEntry> replay, ILogger logger) =>
        new(disk, options, LogRecovery.Run(options.Directory, disk, start, replay, logger));

    /// <summary>Returns when all entries are durable. Their indexes follow <see cref="LastIndex"/>.</summary>
    /// <exception cref="LogException">nothing may be acknowledged, now or later</exception>
    public void Append(IReadOnlyList<LogEntry> entries) => Guarded(() =>
    {
        if (_active is null || _end >= _segmentBytes)
            BeginSegment();
        foreach (var entry in entries)
            Encode(entry);
        _disk.Write(_active!, _end, _buffer.WrittenSpan);
        _disk.Flush(_active!);
        _end += _buffer.WrittenCount;
        ResetBuffer();
    });

    /// <summary>Deletes the segments that hold nothing above the index. Only under a durable snapshot.</summary>
    public void RemoveThrough(ulong index) => Guarded(() =>
    {
        while (_segments is [_, var second, ..] && second - 1 <= index)
        {
            // Flushed one by one: a power cut must not keep an older segment and lose a newer one.
            _disk.Delete(DataFiles.Segment(_directory, _segments[0]));
            _disk.FlushDirectory(_directory);
            _segments.RemoveAt(0);
        }
    });

    public void Dispose() => _active?.Dispose();

    private void Encode(in LogEntry entry)
    {
        Invariant.Require(entry.Index == LastIndex + 1, "entries are appended without gaps");
        Invariant.Require(entry.Term >= LastTerm, "terms never fall");
        var size = RecordFormat.Size(entry);
        RecordFormat.Write(_buffer.GetSpan(size), entry, _end);
        _buffer.Advance(size);
        LastIndex = entry.Index;
        LastTerm = entry.Term;
    }

    private void BeginSegment()
    {
        var first = LastIndex + 1;
        _active?.Dispose();
        _active = _disk.Create(DataFiles.Segment(_directory, first));
        _disk.Write(_active, 0, SegmentHeader.Make(first));
        _disk.Flush(_active);
        _disk.FlushDirectory(_directory);
        _segments.Add(first);
        _end = SegmentHeader.Size;
    }

    private void ResetBuffer()
    {
        if (_buffer.Capacity > KeptBuffer)
            _buffer = new ArrayBufferWriter<byte>();
        else
            _buffer.ResetWrittenCount();
    }

    private void Guarded(Action work)
    {
        Invariant.Require(!_failed, "the log has failed before and takes nothing more");
        _failed = true;
        work();
        _failed = false;
    }
}
