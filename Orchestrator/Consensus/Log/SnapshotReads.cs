using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>Reads the snapshot that others wait for, in pieces; it stays open from one piece to the next.</summary>
internal sealed class SnapshotReads(LogHome home) : IDisposable
{
    private readonly Lock _gate = new();
    private ulong _index;
    private SealedReader? _reader;
    private Membership? _membership;

    /// <summary>Null when there is no such snapshot.</summary>
    /// <exception cref="LogException">it is damaged</exception>
    public SnapshotPiece? Read(LogPosition position, long offset, int max)
    {
        lock (_gate)
        {
            if ((_reader is null || _index != position.Index) && !TryOpen(position.Index))
                return null;
            if (offset < 0 || offset > _reader!.Length)
                return null;
            var bytes = new byte[Math.Min(max, _reader.Length - offset)];
            return _reader.TryRead(offset, bytes)
                ? new SnapshotPiece(bytes, _reader.Length, _membership!)
                : throw Damaged(DataFiles.Snapshot(home.Directory, position.Index));
        }
    }

    public void Dispose() => _reader?.Dispose();

    private bool TryOpen(ulong index)
    {
        _reader?.Dispose();
        _reader = null;
        var path = DataFiles.Snapshot(home.Directory, index);
        if (!File.Exists(path))
            return false;
        var reader = SnapshotFile.OpenContent(home, path) ?? throw Damaged(path);
        _membership = SnapshotContent.ReadMembership(reader) ?? throw Damaged(path);
        _reader = reader;
        _index = index;
        return true;
    }

    private static LogException Damaged(string path) => new(LogFailure.Corrupt, $"the snapshot {path} cannot be read: "
        + "its bytes changed on the disk. It is not sent to other managers. Check the disk.");
}

/// <param name="Total">bytes of the whole snapshot</param>
/// <param name="Membership">as of the snapshot</param>
internal sealed record SnapshotPiece(ReadOnlyMemory<byte> Bytes, long Total, Membership Membership);
