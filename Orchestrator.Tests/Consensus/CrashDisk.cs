using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus;

/// <summary>A disk that knows what it promised to keep: a power cut leaves that and any part of the rest.</summary>
/// <remarks>Files live in a real directory, the log reads from there; the survivors go to another.</remarks>
internal sealed class CrashDisk : ILogDisk
{
    private readonly string _directory;
    private readonly Random _chance;
    private int _lastOperation;
    private readonly Lock _gate = new();
    private readonly PosixDisk _disk = new();
    private readonly Dictionary<string, CrashFile> _live;
    private readonly Dictionary<string, CrashFile> _kept;
    private readonly List<KeyValuePair<string, CrashFile?>> _unflushedNames = [];
    private int _operations;

    /// <param name="lastOperation">every operation after so many fails</param>
    public CrashDisk(string directory, Random chance, int lastOperation)
    {
        _directory = directory;
        _chance = chance;
        _lastOperation = lastOperation;
        _live = Existing(directory);
        _kept = new Dictionary<string, CrashFile>(_live);
    }

    public DiskFile Create(string path) => Step(path, () =>
    {
        var file = _disk.Create(path);
        Name(path, new CrashFile());
        return file;
    });

    public DiskFile Open(string path) => _disk.Open(path);

    public void Write(DiskFile file, long offset, ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        Step(file.Path, () => Put(copy), () => Put(copy[..(_chance.Next(copy.Length + 1))]));

        bool Put(byte[] part)
        {
            _disk.Write(file, offset, part);
            _live[file.Path].Write(offset, part);
            return true;
        }
    }

    public void SetLength(DiskFile file, long length) => Step(file.Path, () =>
    {
        _disk.SetLength(file, length);
        _live[file.Path].SetLength(length);
        return true;
    });

    public void Flush(DiskFile file) => Step(file.Path, () =>
    {
        _disk.Flush(file);
        _live[file.Path].Flush();
        return true;
    }, () =>
    {
        if (_chance.Next(2) == 0)
            _live[file.Path].FailFlush();
        return true;
    });

    public void FlushDirectory(string path) => Step(path, () =>
    {
        if (path == _directory)
            foreach (var (name, file) in _unflushedNames)
                Set(_kept, name, file);
        if (path == _directory)
            _unflushedNames.Clear();
        return true;
    });

    public void Rename(string from, string to) => Step(from, () =>
    {
        _disk.Rename(from, to);
        Name(to, _live[from]);
        Name(from, null);
        return true;
    });

    public void Delete(string path) => Step(path, () =>
    {
        _disk.Delete(path);
        Name(path, null);
        return true;
    });

    /// <summary>Only the process ended: the next one finds everything that was written, flushed or not.</summary>
    public void Restart(int lastOperation)
    {
        _operations = 0;
        _lastOperation = lastOperation;
    }

    /// <summary>Cuts the power: writes what is left to another directory.</summary>
    public void Crash(string target)
    {
        Directory.CreateDirectory(target);
        foreach (var (name, file) in _unflushedNames)
            if (_chance.Next(2) == 0)
                Set(_kept, name, file);
        foreach (var (path, file) in _kept)
            File.WriteAllBytes(Path.Combine(target, Path.GetFileName(path)), file.Survivor(_chance));
    }

    /// <param name="atTheEnd">what the first operation that fails still does</param>
    private T Step<T>(string path, Func<T> work, Func<T>? atTheEnd = null)
    {
        lock (_gate)
        {
            if (_operations++ < _lastOperation)
                return work();
            if (_operations == _lastOperation + 1 && atTheEnd is not null)
                atTheEnd();
            throw new LogException(LogFailure.InputOutput, $"the disk is gone: {path}");
        }
    }

    private void Name(string path, CrashFile? file)
    {
        Set(_live, path, file);
        _unflushedNames.Add(new(path, file));
    }

    private static void Set(Dictionary<string, CrashFile> names, string path, CrashFile? file)
    {
        if (file is null)
            names.Remove(path);
        else
            names[path] = file;
    }

    private static Dictionary<string, CrashFile> Existing(string directory) => !Directory.Exists(directory) ? [] :
        Directory.GetFiles(directory).ToDictionary(path => path, path => new CrashFile(File.ReadAllBytes(path)));
}
