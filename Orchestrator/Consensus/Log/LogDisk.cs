using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Consensus.Log;

/// <summary>Every change that the log makes to the disk. Tests count, fail, lose and tear them here.</summary>
/// <remarks>All methods block and throw <see cref="LogException"/>; every such exception is final.</remarks>
internal interface ILogDisk
{
    /// <summary>Makes a new file that only this user can read; fails when it exists.</summary>
    DiskFile Create(string path);

    /// <summary>Opens an existing file for writing.</summary>
    DiskFile Open(string path);

    /// <summary>Writes all bytes at the offset, or throws: then any part of them may be in the file.</summary>
    void Write(DiskFile file, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts the file, or lengthens it by zeros that take no room yet.</summary>
    void SetLength(DiskFile file, long length);

    /// <summary>Returns when the file's bytes and length survive a power cut.</summary>
    void Flush(DiskFile file);

    /// <summary>Returns when files created, renamed and deleted in the directory stay so after a power cut.</summary>
    void FlushDirectory(string path);

    /// <summary>Replaces <paramref name="to"/>, atomically.</summary>
    void Rename(string from, string to);

    void Delete(string path);
}

/// <summary>An open file that knows its path, for messages.</summary>
internal sealed class DiskFile(string path, SafeFileHandle handle) : IDisposable
{
    public string Path { get; } = path;

    public SafeFileHandle Handle { get; } = handle;

    public void Dispose() => Handle.Dispose();
}
