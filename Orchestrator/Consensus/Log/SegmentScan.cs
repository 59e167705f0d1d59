using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>Reads a segment from its first record to its end, or to the place where a crash cut it.</summary>
/// <param name="lastTerm">term of the entry before, 0 when it is not known</param>
internal sealed class SegmentScan(SegmentFile file, ulong lastTerm)
{
    private readonly FileWindow _window = file.Window;

    public ulong NextIndex { get; private set; } = file.Segment.First;

    public ulong LastTerm { get; private set; } = lastTerm;

    /// <summary>End of the last intact record.</summary>
    public long End { get; private set; } = file.RecordsOffset;

    /// <summary>Where the batch of the last intact record began.</summary>
    public long LastBatch { get; private set; } = file.RecordsOffset;

    /// <returns>false when there are bytes behind <see cref="End"/>, which a crash explains</returns>
    /// <exception cref="LogException">bytes are damaged in a way that no crash explains</exception>
    public bool Read(bool isLast, Action<LogEntry> replay)
    {
        while (End < _window.Length)
        {
            if (TryReadRecord(replay))
                continue;
            if (isLast && Damage.IsTornTail(_window, End))
                return false;
            throw Corrupt(End, isLast ? $"the record of index {NextIndex} is damaged, and not by a crash in a write"
                : $"the record of index {NextIndex} is damaged or cut off, and later segments exist");
        }
        return true;
    }

    /// <summary>Reads no further than the index, which is in the segment.</summary>
    /// <exception cref="LogException">bytes are damaged</exception>
    public void ReadThrough(ulong index)
    {
        while (NextIndex <= index)
            if (End >= _window.Length || !TryReadRecord(null))
                throw Corrupt(End, $"the record of index {NextIndex} was written and is damaged");
    }

    private bool TryReadRecord(Action<LogEntry>? replay)
    {
        if (!RecordFormat.TryReadHeader(_window.Peek(End, RecordFormat.HeaderSize), out var header)
            || End + header.RecordSize > _window.Length)
            return false;
        var record = _window.Peek(End, header.RecordSize);
        if (!RecordFormat.BodyIsIntact(record, header))
            return false;
        RequireSequence(header);
        replay?.Invoke(new LogEntry(header.Index, header.Term, header.Kind, Payload(record, header)));
        LastBatch = header.BatchOffset;
        End += header.RecordSize;
        NextIndex++;
        LastTerm = header.Term;
        return true;
    }

    private byte[] Payload(ReadOnlySpan<byte> record, in RecordHeader header) =>
        RecordFormat.Payload(record, header, file.Cipher)
            ?? throw Corrupt(End, $"the record of index {NextIndex} was changed by someone without its key");

    private void RequireSequence(RecordHeader header)
    {
        if (header.Index != NextIndex)
            throw Corrupt(End, $"it has index {header.Index} where {NextIndex} belongs");
        if (header.Term < LastTerm)
            throw Corrupt(End, $"its term {header.Term} is lower than {LastTerm} before it");
        if (header.BatchOffset < LastBatch || header.BatchOffset > End)
            throw Corrupt(End, $"its batch offset {header.BatchOffset} cannot be");
        if (!Enum.IsDefined(header.Kind))
            throw Corrupt(End, $"its kind {(byte)header.Kind} is unknown");
    }

    private LogException Corrupt(long offset, string what) => Corruption.At(_window.Path, offset, what);
}
