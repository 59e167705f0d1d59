using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>
/// Reads the snapshots that others wait for, in pieces. A file stays open from one piece to the next, also when it is
/// deleted meanwhile: members that began at different times each get theirs to the end.
/// </summary>
internal sealed class SnapshotReads(LogHome home) : IDisposable
{
    /// <summary>Each may hold a deleted file on the disk; the one that was not read for longest goes.</summary>
    private const int MostOpen = 4;

    private readonly Lock _gate = new();

    /// <summary>The one that was read last is the last.</summary>
    private readonly List<OpenSnapshot> _open = [];

    /// <summary>Null when there is no such snapshot.</summary>
    /// <exception cref="LogException">it is damaged</exception>
    public SnapshotPiece? Read(LogPosition position, long offset, int max)
    {
        lock (_gate)
        {
            if ((Take(position.Index) ?? Open(position.Index)) is not { } snapshot)
                return null;
            _open.Add(snapshot);
            var reader = snapshot.Reader;
            if (offset < 0 || offset > reader.Length)
                return null;
            var bytes = new byte[Math.Min(max, reader.Length - offset)];
            if (reader.TryRead(offset, bytes))
                return new SnapshotPiece(bytes, reader.Length, snapshot.Membership);
            Close(snapshot); // another one may take its place
            throw Damaged(DataFiles.Snapshot(home.Directory, position.Index));
        }
    }

    public void Dispose()
    {
        foreach (var snapshot in _open)
            snapshot.Reader.Dispose();
    }

    private OpenSnapshot? Take(ulong index)
    {
        var found = _open.Find(snapshot => snapshot.Index == index);
        if (found is not null)
            _open.Remove(found);
        return found;
    }

    private OpenSnapshot? Open(ulong index)
    {
        var path = DataFiles.Snapshot(home.Directory, index);
        if (!File.Exists(path))
            return null;
        if (_open.Count == MostOpen)
            Close(_open[0]);
        var reader = SnapshotFile.OpenContent(home, path) ?? throw Damaged(path);
        if (SnapshotContent.ReadMembership(reader) is { } membership)
            return new OpenSnapshot(index, reader, membership);
        reader.Dispose();
        throw Damaged(path);
    }

    private void Close(OpenSnapshot snapshot)
    {
        _open.Remove(snapshot);
        snapshot.Reader.Dispose();
    }

    private static LogException Damaged(string path) => new(LogFailure.Corrupt, $"the snapshot {path} cannot be read: "
        + "its bytes changed on the disk. It is not sent to other managers. Check the disk.");

    private sealed record OpenSnapshot(ulong Index, SealedReader Reader, Membership Membership);
}

/// <param name="Total">bytes of the whole snapshot</param>
/// <param name="Membership">as of the snapshot</param>
internal sealed record SnapshotPiece(ReadOnlyMemory<byte> Bytes, long Total, Membership Membership);
