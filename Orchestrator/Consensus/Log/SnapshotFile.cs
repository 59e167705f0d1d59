using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>One snapshot file: a sealed <see cref="SnapshotContent"/>, named by its index.</summary>
internal static class SnapshotFile
{
    /// <summary>Null when the file is damaged or stands for another index.</summary>
    /// <param name="first">members as of a snapshot of format 1</param>
    /// <exception cref="LogException">it cannot be read, its key is not there, or a newer program wrote it</exception>
    public static StoredSnapshot? Load(LogHome home, ulong index, Membership first)
    {
        var path = DataFiles.Snapshot(home.Directory, index);
        var snapshot = IsFirstFormat(path)
            ? SnapshotContent.ParseFirstFormat(AtomicFile.Read(path), first)
            : Content(home, path) is { } content ? SnapshotContent.Parse(content, path) : null;
        return snapshot?.Position.Index == index ? snapshot : null;
    }

    /// <summary>Returns when it is durable.</summary>
    /// <param name="content">see <see cref="SnapshotContent"/></param>
    public static void Write(LogHome home, ulong index, IReadOnlyCollection<ReadOnlyMemory<byte>> content) =>
        AtomicFile.Write(home.Disk, DataFiles.Snapshot(home.Directory, index),
            SealedFile.Seal(FileHeader.Snapshot, content, home.Keys));

    /// <summary>For reading in pieces; null when it is damaged.</summary>
    public static SealedReader? OpenContent(LogHome home, string path)
    {
        var window = new FileWindow(path);
        SealedReader? reader = null;
        try
        {
            return reader = SealedReader.Open(window, FileHeader.Snapshot, home.Keys);
        }
        finally
        {
            if (reader is null)
                window.Dispose();
        }
    }

    public static bool IsFirstFormat(string path)
    {
        using var window = new FileWindow(path);
        return FileHeader.ReadVersion(window.Peek(0, FileHeader.Size), FileHeader.Snapshot, path) == 1;
    }

    /// <summary>Of the key it is encrypted with; 0 when it is not, or damaged.</summary>
    public static ulong KeyId(string path)
    {
        using var window = new FileWindow(path);
        return SealedHeader.Read(window.Peek(0, SealedHeader.Size), FileHeader.Snapshot, path)?.KeyId ?? 0;
    }

    private static byte[]? Content(LogHome home, string path)
    {
        using var reader = OpenContent(home, path);
        if (reader is null || reader.Length > Array.MaxLength)
            return null;
        var content = new byte[reader.Length];
        return reader.TryRead(0, content) ? content : null;
    }
}
