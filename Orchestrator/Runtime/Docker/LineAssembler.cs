using System.Buffers;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// Makes lines of one stream's messages. A line carries the moment of its first message; one that is longer than 64 KiB
/// comes in pieces.
/// </summary>
internal sealed class LineAssembler(TaskId task)
{
    public const int MaxLineBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _open = new();
    private LogPiece _first;

    public IEnumerable<LogLine> Add(LogPiece piece)
    {
        var text = piece.Text;
        while (!text.IsEmpty)
        {
            var newline = text.Span.IndexOf((byte)'\n');
            var length = Math.Min(newline < 0 ? text.Length : newline + 1, MaxLineBytes - _open.WrittenCount);
            var part = text[..length];
            text = text[length..];
            var whole = part.Span[^1] == '\n';
            if (whole && _open.WrittenCount == 0)
            {
                yield return Line(piece, part);
                continue;
            }
            Keep(piece, part);
            if (whole || _open.WrittenCount == MaxLineBytes)
                yield return TakeOpen();
        }
    }

    /// <summary>What is left when the log has ended: a last line without line end.</summary>
    public IEnumerable<LogLine> Finish() => _open.WrittenCount > 0 ? [TakeOpen()] : [];

    private void Keep(LogPiece piece, ReadOnlyMemory<byte> part)
    {
        if (_open.WrittenCount == 0)
            _first = piece;
        _open.Write(part.Span);
    }

    private LogLine TakeOpen()
    {
        var line = Line(_first, _open.WrittenMemory.ToArray());
        _open.ResetWrittenCount();
        return line;
    }

    private LogLine Line(LogPiece piece, ReadOnlyMemory<byte> text) =>
        new() { TaskId = task, Stream = piece.Stream, Timestamp = piece.Timestamp, Text = text };
}
