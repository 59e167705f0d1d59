using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>The segment at the end of the log, opened for appending.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly ILogDisk _disk;
    private readonly DiskFile _file;
    private readonly RecordCipher _cipher;
    private readonly long _reserve;
    private long _length;

    private SegmentWriter(LogHome home, DiskFile file, RecordCipher cipher)
    {
        _disk = home.Disk;
        _reserve = home.ReserveBytes;
        _file = file;
        _cipher = cipher;
    }

    public required Segment Segment { get; init; }

    /// <summary>Where the next record goes; all before is durable.</summary>
    public long End { get; private set; }

    /// <summary>Returns when the segment and its header are durable.</summary>
    public static SegmentWriter Create(LogHome home, ulong first)
    {
        var path = DataFiles.Segment(home.Directory, first);
        var header = SealedHeader.Make(FileHeader.Segment, first, home.Keys);
        var writer = Make(home, home.Disk.Create(path), header);
        home.Disk.Write(writer._file, 0, header.Bytes.Span);
        home.Disk.Flush(writer._file);
        home.Disk.FlushDirectory(home.Directory);
        writer.End = header.Bytes.Length;
        return writer;
    }

    /// <param name="end">of the last record that stays; behind it nothing is kept</param>
    public static SegmentWriter Reopen(LogHome home, SegmentFile file, long end)
    {
        var writer = Make(home, home.Disk.Open(file.Window.Path), file.Header);
        writer.End = end;
        writer.Trim();
        return writer;
    }

    public void Encode(Span<byte> target, in LogEntry entry) => RecordFormat.Write(target, entry, End, _cipher);

    /// <summary>Returns when the records are durable.</summary>
    public void Append(ReadOnlySpan<byte> records)
    {
        if (End + records.Length > _length)
            SetLength(End + records.Length + _reserve);
        _disk.Write(_file, End, records);
        _disk.Flush(_file);
        End += records.Length;
    }

    /// <summary>Writes what is there already.</summary>
    public void Rewrite(long offset, ReadOnlySpan<byte> bytes) => _disk.Write(_file, offset, bytes);

    public void Flush() => _disk.Flush(_file);

    /// <summary>Leaves out what is behind the last record.</summary>
    public void Trim() => SetLength(End);

    public void Dispose()
    {
        _cipher.Dispose();
        _file.Dispose();
    }

    private static SegmentWriter Make(LogHome home, DiskFile file, SealedHeader header)
    {
        var cipher = header.KeyId == 0
            ? new RecordCipher(null)
            : RecordCipher.ForWriting(header.Cipher(home.Keys, file.Path), home.Keys.Random);
        return new SegmentWriter(home, file, cipher) { Segment = new Segment(header.Number, header.KeyId) };
    }

    private void SetLength(long length)
    {
        _disk.SetLength(_file, length);
        _length = length;
    }
}
