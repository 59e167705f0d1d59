using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Consensus.Log;

/// <summary>Reads a file front to back through a small buffer, so that a big segment costs little memory.</summary>
internal sealed class FileWindow : IDisposable
{
    private const int InitialSize = 256 * 1024;

    private readonly SafeFileHandle _file;
    private byte[] _buffer = new byte[InitialSize];
    private long _start;
    private int _filled;

    public FileWindow(string path)
    {
        Path = path;
        try
        {
            _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Length = RandomAccess.GetLength(_file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e);
        }
    }

    public string Path { get; }

    /// <summary>Of the file, or of what <see cref="IgnoreZeros"/> left.</summary>
    public long Length { get; private set; }

    /// <summary>The bytes from the offset, fewer where the file ends. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek(long offset, long count)
    {
        var wanted = (int)Math.Min(count, Length - offset);
        if (offset < _start || offset + wanted > _start + _filled)
            Fill(offset, wanted);
        return _buffer.AsSpan((int)(offset - _start), wanted);
    }

    /// <summary>Takes the file for shorter by the zeros at its end.</summary>
    /// <param name="from">what is before that counts, zeros or not</param>
    public void IgnoreZeros(long from)
    {
        while (Length > from)
        {
            var begin = Math.Max(from, Length - InitialSize);
            var last = Peek(begin, Length - begin).LastIndexOfAnyExcept((byte)0);
            Length = begin + last + 1;
            if (last >= 0)
                return;
        }
    }

    public void Dispose() => _file.Dispose();

    private void Fill(long offset, int wanted)
    {
        if (wanted > _buffer.Length)
            _buffer = new byte[wanted];
        _start = offset;
        _filled = 0;
        try
        {
            int read;
            while ((read = RandomAccess.Read(_file, _buffer.AsSpan(_filled), offset + _filled)) > 0)
                _filled += read;
        }
        catch (IOException e)
        {
            throw Failed(e);
        }
        if (_filled < wanted)
            throw new LogException(LogFailure.InputOutput, $"cannot read {Path}: it became shorter meanwhile");
    }

    private LogException Failed(Exception e) => new(
        LogFailure.InputOutput, $"cannot read {Path}: {e.Message}. Check the disk and the file's permissions.", e);
}
