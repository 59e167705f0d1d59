using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus;

/// <summary>The real disk with a hook before each write and flush, and with a count of the flushes.</summary>
internal sealed class FaultyDisk : ILogDisk
{
    private readonly PosixDisk _disk = new();
    private int _flushes;

    public int Flushes => Volatile.Read(ref _flushes);

    /// <summary>Called with the file before its bytes are written; may throw.</summary>
    public Action<DiskFile> OnWrite { get; set; } = _ => { };

    /// <summary>Called with the file's path before it is flushed; may throw or block.</summary>
    public Action<string> OnFlush { get; set; } = _ => { };

    public DiskFile Create(string path) => _disk.Create(path);

    public DiskFile Open(string path) => _disk.Open(path);

    public void Write(DiskFile file, long offset, ReadOnlySpan<byte> bytes)
    {
        OnWrite(file);
        _disk.Write(file, offset, bytes);
    }

    public void Truncate(DiskFile file, long length) => _disk.Truncate(file, length);

    public void Flush(DiskFile file)
    {
        OnFlush(file.Path);
        Interlocked.Increment(ref _flushes);
        _disk.Flush(file);
    }

    public void FlushDirectory(string path) => _disk.FlushDirectory(path);

    public void Rename(string from, string to) => _disk.Rename(from, to);

    public void Delete(string path) => _disk.Delete(path);
}
