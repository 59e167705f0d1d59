using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Writes what a task prints, one text line an entry: <c>2026-01-31T10:20:30.1234567Z stdout F text</c>, as Kubernetes
/// nodes keep their logs; <c>P</c> instead of <c>F</c> marks a piece that has no line end. A full file is followed by
/// the next number and the oldest goes. A disk that is full costs lines, never the task: the loss is written down once
/// there is room.
/// </summary>
internal sealed class TaskLogWriter(TaskDirectory directory, TaskPlan plan, TimeProvider time) : IDisposable
{
    internal const int LongestPiece = 64 << 10;

    /// <summary>Time, stream, mark and line end, rounded up.</summary>
    private const int HeadBytes = 40;

    private readonly PartialLine _stdout = new();
    private readonly PartialLine _stderr = new();
    private readonly MemoryStream _batch = new();
    private SafeFileHandle? _file;
    private int _number;
    private long _length;
    private long _lost;

    internal void Append(LogStream stream, ReadOnlySpan<byte> text)
    {
        var partial = stream == LogStream.Stdout ? _stdout : _stderr;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var take = Math.Min(end < 0 ? text.Length : end, LongestPiece - partial.Length);
            partial.Add(text[..take]);
            text = text[take..];
            if (take == end)
            {
                Entry(stream, partial.Take(), whole: true);
                text = text[1..];
            }
            else if (partial.Length == LongestPiece)
                Entry(stream, partial.Take(), whole: false);
        }

        Flush();
    }

    /// <summary>What the task printed last without a line end.</summary>
    internal void Finish()
    {
        if (_stdout.Length > 0)
            Entry(LogStream.Stdout, _stdout.Take(), whole: false);
        if (_stderr.Length > 0)
            Entry(LogStream.Stderr, _stderr.Take(), whole: false);
        Flush();
    }

    internal void Note(string text)
    {
        Entry(LogStream.System, Encoding.UTF8.GetBytes(text), whole: true);
        Flush();
    }

    public void Dispose()
    {
        _file?.Dispose();
        _batch.Dispose();
    }

    private void Entry(LogStream stream, ReadOnlySpan<byte> text, bool whole)
    {
        // A batch goes into one file: it must end where the file is full.
        if (_length + _batch.Length + text.Length + HeadBytes > plan.LogBytes)
            Flush();
        Span<byte> stamp = stackalloc byte[HeadBytes];
        time.GetUtcNow().UtcDateTime.TryFormat(stamp, out var stampLength, "O", CultureInfo.InvariantCulture);
        _batch.Write(stamp[..stampLength]);
        _batch.Write(LogEntry.Label(stream));
        _batch.Write(whole ? "F "u8 : "P "u8);
        _batch.Write(text);
        _batch.WriteByte((byte)'\n');
        if (_batch.Length >= LongestPiece)
            Flush();
    }

    private void Flush()
    {
        if (_batch.Length == 0)
            return;
        var batch = _batch.GetBuffer().AsSpan(0, (int)_batch.Length);
        try
        {
            var file = Current(batch.Length);
            if (_lost > 0)
                _length += WriteLoss(file);
            _lost = 0;
            RandomAccess.Write(file, batch, _length);
            _length += batch.Length;
        }
        catch (IOException)
        {
            // The length stays: the next entry overwrites what was written of this batch.
            _lost += batch.Count((byte)'\n');
        }

        _batch.SetLength(0);
        if (_batch.Capacity > 2 * LongestPiece)
            _batch.Capacity = LongestPiece;
    }

    private int WriteLoss(SafeFileHandle file)
    {
        var stamp = time.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        var note = Encoding.UTF8.GetBytes($"{stamp} system F {_lost} lines were lost: the log could not be written\n");
        RandomAccess.Write(file, note, _length);
        return note.Length;
    }

    private SafeFileHandle Current(int need)
    {
        if (_file is not null && (_length == 0 || _length + need <= plan.LogBytes))
            return _file;
        _file?.Dispose();
        _file = null;
        _number++;
        _length = 0;
        _file = Open(directory.LogFile(_number));
        if (_number - plan.LogFiles is var oldest and > 0)
            File.Delete(directory.LogFile((int)oldest));
        return _file;
    }

    private static SafeFileHandle Open(string path)
    {
        using (new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            return File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>The begin of a line whose end has not come yet; its buffer grows only when a line needs it.</summary>
    private sealed class PartialLine
    {
        private byte[] _bytes = new byte[1024];

        internal int Length { get; private set; }

        internal void Add(ReadOnlySpan<byte> text)
        {
            if (Length + text.Length > _bytes.Length)
                Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + text.Length));
            text.CopyTo(_bytes.AsSpan(Length));
            Length += text.Length;
        }

        internal ReadOnlySpan<byte> Take()
        {
            var length = Length;
            Length = 0;
            return _bytes.AsSpan(0, length);
        }
    }
}
