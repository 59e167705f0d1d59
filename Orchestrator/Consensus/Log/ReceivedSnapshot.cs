using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Log;

/// <summary>A snapshot of which parts have come from the leader, collected in a file beside the log.</summary>
/// <remarks>
/// <see cref="SealedHeader"/> whose number is the index, then <see cref="ReceivedChunk"/>s in order. What is damaged is
/// cut off: it comes again. When the snapshot is complete it is written anew as a <see cref="SnapshotFile"/>.
/// </remarks>
internal sealed class ReceivedSnapshot : IDisposable
{
    private readonly LogHome _home;
    private readonly string _path;
    private readonly DiskFile _file;
    private readonly RecordCipher _cipher;
    private long _end;

    private ReceivedSnapshot(LogHome home, DiskFile file, SealedHeader header)
    {
        _home = home;
        _path = file.Path;
        _file = file;
        _cipher = RecordCipher.ForWriting(header.Cipher(home.Keys, file.Path), home.Keys.Random);
        _end = SealedHeader.Size;
        KeyId = header.KeyId;
    }

    public required LogPosition Position { get; init; }

    /// <summary>Bytes of the whole snapshot.</summary>
    public required long Total { get; init; }

    /// <summary>Bytes that are durable here.</summary>
    public long Length { get; private set; }

    public ulong KeyId { get; }

    /// <summary>Begins anew; what was there for the same index is dropped.</summary>
    public static ReceivedSnapshot Begin(LogHome home, Message.SnapshotChunk chunk)
    {
        var path = DataFiles.Receive(home.Directory, chunk.Position.Index);
        home.Disk.Delete(path);
        var header = SealedHeader.Make(FileHeader.Received, chunk.Position.Index, home.Keys);
        var received = new ReceivedSnapshot(home, home.Disk.Create(path), header)
        {
            Position = chunk.Position, Total = chunk.Total,
        };
        home.Disk.Write(received._file, 0, header.Bytes.Span);
        home.Disk.FlushDirectory(home.Directory);
        return received;
    }

    /// <summary>Finds what a former life received, and deletes what can no longer be of use.</summary>
    /// <param name="newest">index of the newest snapshot in place</param>
    public static ReceivedSnapshot? Recover(LogHome home, ulong newest)
    {
        ReceivedSnapshot? found = null;
        foreach (var index in DataFiles.Indexes(home.Directory, DataFiles.ReceiveSuffix).Reverse())
        {
            found ??= index > newest ? Reopen(home, index) : null;
            if (found?.Position.Index != index)
                home.Disk.Delete(DataFiles.Receive(home.Directory, index));
        }
        return found;
    }

    /// <summary>Returns when the piece is durable.</summary>
    public void Append(Message.SnapshotChunk chunk)
    {
        Invariant.Require(chunk.Position == Position && chunk.Total == Total, "one snapshot at a time");
        Invariant.Require(chunk.Offset == Length, "pieces of a snapshot come in order");
        var record = new byte[ReceivedChunk.Size(chunk.Bytes.Length)];
        new ReceivedChunk(Position.Term, Total, Length).Write(record, chunk.Bytes.Span, _cipher);
        _home.Disk.Write(_file, _end, record);
        _home.Disk.Flush(_file);
        _end += record.Length;
        Length += chunk.Bytes.Length;
    }

    /// <summary>The whole snapshot, checked.</summary>
    /// <exception cref="LogException">it is not intact; what was received is deleted</exception>
    public StoredSnapshot Complete()
    {
        if (Length == Total && Total <= Array.MaxLength && SnapshotContent.Parse(Read(), _path) is { } snapshot
            && snapshot.Position == Position)
            return snapshot;
        Delete();
        throw new LogException(LogFailure.Corrupt, $"the snapshot of index {Position.Index} that the leader sent is "
            + $"not intact: its checksum does not fit. {_path} is deleted, nothing else was changed. Start the manager "
            + "again: it asks for the snapshot anew. If that fails again, look at the leader's disk.");
    }

    public void Delete()
    {
        Dispose();
        _home.Disk.Delete(_path);
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _file.Dispose();
    }

    private static ReceivedSnapshot? Reopen(LogHome home, ulong index)
    {
        using var window = new FileWindow(DataFiles.Receive(home.Directory, index));
        var header = SealedHeader.Read(window.Peek(0, SealedHeader.Size), FileHeader.Received, window.Path);
        if (header?.Number != index)
            return null;
        using var cipher = new RecordCipher(header.Cipher(home.Keys, window.Path));
        var (at, length) = ((long)SealedHeader.Size, 0L);
        if (!ReceivedChunk.TryRead(window, ref at, cipher, out var piece))
            return null;
        var (end, first) = (at, piece.Chunk);
        do
        {
            end = at;
            length += piece.Bytes.Length;
        }
        while (ReceivedChunk.TryRead(window, ref at, cipher, out piece)
            && piece.Chunk == first with { Offset = length });
        var found = new ReceivedSnapshot(home, home.Disk.Open(window.Path), header)
        {
            Position = new LogPosition(index, first.Term), Total = first.Total,
        };
        found.CutTo(end, length);
        return found;
    }

    private byte[] Read()
    {
        var (content, filled) = (new byte[Total], 0);
        using var window = new FileWindow(_path);
        for (var at = (long)SealedHeader.Size; ReceivedChunk.TryRead(window, ref at, _cipher, out var piece);)
        {
            piece.Bytes.CopyTo(content, filled);
            filled += piece.Bytes.Length;
        }
        return content;
    }

    private void CutTo(long end, long length)
    {
        _home.Disk.SetLength(_file, end);
        _home.Disk.Flush(_file); // what is behind the end must not come back under the next piece
        _end = end;
        Length = length;
    }
}
