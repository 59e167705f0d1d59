using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus;

/// <summary>The real disk with hooks before each change, and with a count of the flushes.</summary>
internal sealed class FaultyDisk : ILogDisk
{
    private readonly PosixDisk _disk = new();
    private int _flushes;

    public int Flushes => Volatile.Read(ref _flushes);

    /// <summary>Called with what is to be done before each change of any kind; may throw.</summary>
    public Action<string> OnChange { get; set; } = _ => { };

    /// <summary>Called with the file before its bytes are written; may throw.</summary>
    public Action<DiskFile> OnWrite { get; set; } = _ => { };

    /// <summary>Called with the file's path before it is flushed; may throw or block.</summary>
    public Action<string> OnFlush { get; set; } = _ => { };

    public DiskFile Create(string path)
    {
        OnChange($"create {path}");
        return _disk.Create(path);
    }

    public DiskFile Open(string path) => _disk.Open(path);

    public void Write(DiskFile file, long offset, ReadOnlySpan<byte> bytes)
    {
        OnChange($"write {file.Path}");
        OnWrite(file);
        _disk.Write(file, offset, bytes);
    }

    public void SetLength(DiskFile file, long length)
    {
        OnChange($"set the length of {file.Path}");
        _disk.SetLength(file, length);
    }

    public void Flush(DiskFile file)
    {
        OnChange($"flush {file.Path}");
        OnFlush(file.Path);
        Interlocked.Increment(ref _flushes);
        _disk.Flush(file);
    }

    public void FlushDirectory(string path)
    {
        OnChange($"flush {path}");
        _disk.FlushDirectory(path);
    }

    public void Rename(string from, string to)
    {
        OnChange($"rename {from}");
        _disk.Rename(from, to);
    }

    public void Delete(string path)
    {
        OnChange($"delete {path}");
        _disk.Delete(path);
    }
}
