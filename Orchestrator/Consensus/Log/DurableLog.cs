using System.Numerics;
using Orchestrator.Consensus.Core;
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

    private readonly LogHome _home;
    private readonly List<Segment> _segments;
    private byte[] _buffer = [];
    private SegmentWriter? _active;
    private bool _failed;

    private DurableLog(LogHome home, LogRecovery recovered)
    {
        _home = home;
        _segments = [.. recovered.Segments];
        _active = recovered.Active;
        LastIndex = recovered.LastIndex;
        LastTerm = recovered.LastTerm;
    }

    /// <summary>Index of the oldest entry kept; one more than <see cref="LastIndex"/> when there is none.</summary>
    public ulong FirstIndex => _segments is [var first, ..] ? first.First : LastIndex + 1;

    public ulong LastIndex { get; private set; }

    /// <summary>0 when it is not known: before the first entry, or when everything was cut.</summary>
    public ulong LastTerm { get; private set; }

    /// <summary>Of the keys that its segments are encrypted with; 0 for none.</summary>
    public IEnumerable<ulong> KeyIds => _segments.Select(segment => segment.KeyId);

    /// <summary>Checks the whole log, cuts a torn tail, and makes sure that every entry replayed is durable.</summary>
    /// <param name="start">the snapshot that the state starts from</param>
    /// <param name="replay">gets every entry found in the files, in order, those under the snapshot too; afterwards
    /// only those from <see cref="FirstIndex"/> to <see cref="LastIndex"/> count</param>
    public static DurableLog Open(LogHome home, LogStart start, Action<LogEntry> replay) =>
        new(home, LogRecovery.Run(home, start, replay));

    /// <summary>Returns when all entries are durable; a log that has the first index is cut before it.</summary>
    /// <remarks>After a crash the log is the old one, or cut somewhere from there on, or has the new entries.</remarks>
    /// <param name="entries">at least one, without gaps; the first index is at most one behind the last</param>
    /// <exception cref="LogException">nothing may be acknowledged, now or later</exception>
    public void Append(ImmutableArray<LogEntry> entries) => Guarded(() =>
    {
        if (entries[0].Index <= LastIndex)
            CutBefore(entries[0].Index);
        if (_active is null || _active.End >= _home.SegmentBytes || _active.Segment.KeyId != _home.Keys.Active.Id)
            BeginSegment();
        _active!.Append(Encode(entries));
        if (_buffer.Length > KeptBuffer)
            _buffer = [];
    });

    /// <summary>Deletes the segments that hold nothing above the index. Only under a durable snapshot.</summary>
    public void RemoveThrough(ulong index) => Guarded(() =>
    {
        while (_segments is [_, var second, ..] && second.First - 1 <= index)
            Delete(0); // the oldest first, for a crash must not leave a gap
    });

    /// <summary>Deletes everything: the log goes on behind a durable snapshot that it does not contain.</summary>
    public void StartBehind(LogPosition snapshot) => Guarded(() =>
    {
        CloseActive();
        while (_segments.Count > 0)
            Delete(_segments.Count - 1);
        LastIndex = snapshot.Index;
        LastTerm = snapshot.Term;
    });

    public void Dispose() => CloseActive();

    /// <summary>Deletes segments from the newest backwards, then cuts the one that the index is in.</summary>
    private void CutBefore(ulong index)
    {
        Invariant.Require(index >= FirstIndex, "the log is never cut where it is not kept any more");
        CloseActive();
        while (_segments is [.., var newest] && newest.First >= index)
            Delete(_segments.Count - 1);
        LastIndex = index - 1;
        LastTerm = 0;
        if (_segments.Count > 0)
            Reopen(_segments[^1].First);
    }

    private void Reopen(ulong first)
    {
        using var file = SegmentFile.Open(_home, first);
        var scan = new SegmentScan(file, lastTerm: 0);
        scan.ReadThrough(LastIndex);
        LastTerm = scan.LastTerm;
        _active = SegmentWriter.Reopen(_home, file, scan.End);
        _active.Flush();
    }

    private ReadOnlySpan<byte> Encode(ImmutableArray<LogEntry> entries)
    {
        var size = 0;
        foreach (var entry in entries)
            size = checked(size + RecordFormat.Size(entry));
        if (_buffer.Length < size)
            _buffer = new byte[Math.Min(BitOperations.RoundUpToPowerOf2((uint)size), (uint)Array.MaxLength)];
        var target = _buffer.AsSpan(0, size);
        foreach (var entry in entries)
        {
            Advance(entry);
            _active!.Encode(target[..RecordFormat.Size(entry)], entry);
            target = target[RecordFormat.Size(entry)..];
        }
        return _buffer.AsSpan(0, size);
    }

    private void Advance(in LogEntry entry)
    {
        Invariant.Require(entry.Index == LastIndex + 1, "entries are appended without gaps");
        Invariant.Require(entry.Term >= LastTerm, "terms never fall");
        LastIndex = entry.Index;
        LastTerm = entry.Term;
    }

    private void BeginSegment()
    {
        var first = LastIndex + 1;
        _active?.Trim();
        CloseActive();
        if (_segments is [.., var newest] && newest.First == first)
            Delete(_segments.Count - 1); // it has no entry and is not to be written to
        _active = SegmentWriter.Create(_home, first);
        _segments.Add(_active.Segment);
    }

    /// <summary>Flushed one by one: after a power cut no segment may be missing between two others.</summary>
    private void Delete(int position)
    {
        _home.Disk.Delete(DataFiles.Segment(_home.Directory, _segments[position].First));
        _home.Disk.FlushDirectory(_home.Directory);
        _segments.RemoveAt(position);
    }

    private void CloseActive()
    {
        _active?.Dispose();
        _active = null;
    }

    private void Guarded(Action work)
    {
        Invariant.Require(!_failed, "the log has failed before and takes nothing more");
        _failed = true;
        work();
        _failed = false;
    }
}
