namespace Orchestrator.Runtime.Processes;

/// <summary>Walks the lines of the numbered log files; may be asked again after it found no more.</summary>
internal sealed class LogCursor(TaskDirectory directory) : IAsyncDisposable
{
    private byte[] _buffer = new byte[32 << 10];
    private FileStream? _file;
    private int _number;
    private int _begin;
    private int _end;

    /// <returns>the next whole line without its end, valid until the next call; null when there is none yet</returns>
    internal async Task<ReadOnlyMemory<byte>?> NextAsync(CancellationToken ct)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_begin, _end - _begin).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = _buffer.AsMemory(_begin, length);
                _begin += length + 1;
                return line;
            }

            if (await FillAsync(ct))
                continue;

            // The next number is created after the last write to this one: seeing it first makes one more look at this
            // file the last.
            if (Following() is not { } next)
                return null;
            if (_file is null || !await FillAsync(ct))
                Open(next);
        }
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? default;

    private async Task<bool> FillAsync(CancellationToken ct)
    {
        if (_file is null)
            return false;
        _buffer.AsSpan(_begin, _end - _begin).CopyTo(_buffer);
        (_begin, _end) = (0, _end - _begin);
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        var count = await _file.ReadAsync(_buffer.AsMemory(_end), ct);
        _end += count;
        return count > 0;
    }

    private int? Following()
    {
        foreach (var number in directory.LogNumbers())
            if (number > _number)
                return number;
        return null;
    }

    private void Open(int number)
    {
        _file?.Dispose();
        _file = null;
        (_begin, _end, _number) = (0, 0, number);
        try
        {
            _file = new FileStream(
                directory.LogFile(number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Rotated away in this moment: the next one exists.
        }
    }
}
