namespace Orchestrator.Consensus.Log;

/// <summary>Reads a segment from its first record to its end, or to the place where a crash cut it.</summary>
/// <param name="firstIndex">index of the first record, from the file's name</param>
/// <param name="lastTerm">term of the entry before, 0 when there is none</param>
internal sealed class SegmentScan(FileWindow window, ulong firstIndex, ulong lastTerm)
{
    private readonly ulong _firstIndex = firstIndex;

    public ulong NextIndex { get; private set; } = firstIndex;

    public ulong LastTerm { get; private set; } = lastTerm;

    /// <summary>End of the last intact record.</summary>
    public long End { get; private set; } = SegmentHeader.Size;

    /// <summary>Where the batch of the last intact record began.</summary>
    public long LastBatch { get; private set; } = SegmentHeader.Size;

    /// <returns>false when there are bytes behind <see cref="End"/>, which a crash explains</returns>
    /// <exception cref="LogException">bytes are damaged in a way that no crash explains</exception>
    public bool Read(bool isLast, Action<LogEntry> replay)
    {
        if (!SegmentHeader.IsIntact(window, _firstIndex))
            throw Corrupt(0, "its header is damaged");
        while (End < window.Length)
        {
            if (TryReadRecord(replay))
                continue;
            if (isLast && Damage.IsTornTail(window, End))
                return false;
            throw Corrupt(End, isLast ? $"the record of index {NextIndex} is damaged, and not by a crash in a write"
                : $"the record of index {NextIndex} is damaged or cut off, and later segments exist");
        }
        return true;
    }

    private bool TryReadRecord(Action<LogEntry> replay)
    {
        if (!RecordFormat.TryReadHeader(window.Peek(End, RecordFormat.HeaderSize), out var header)
            || End + header.RecordSize > window.Length)
            return false;
        var record = window.Peek(End, header.RecordSize);
        if (!RecordFormat.BodyIsIntact(record, header))
            return false;
        RequireSequence(header);
        replay(new LogEntry(header.Index, header.Term, header.Kind, record[RecordFormat.HeaderSize..^1].ToArray()));
        LastBatch = header.BatchOffset;
        End += header.RecordSize;
        NextIndex++;
        LastTerm = header.Term;
        return true;
    }

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

    private LogException Corrupt(long offset, string what) => Corruption.At(window.Path, offset, what);
}
