using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// The log of a container with a terminal: messages follow each other without frames. Each begins with a timestamp, and
/// ends with a line, or, in a long line, after 16 KiB.
/// </summary>
internal static class LogTerminal
{
    private const int MessageBytes = 16 * 1024;

    public static async IAsyncEnumerable<LogPiece> ReadAsync(
        PipeReader reader, [EnumeratorCancellation] CancellationToken ct)
    {
        var last = DateTimeOffset.UnixEpoch;
        while (true)
        {
            var result = await reader.ReadAsync(ct);
            var buffer = result.Buffer;
            while (TakeMessage(ref buffer, result.IsCompleted, last, out var piece))
            {
                last = piece.Timestamp;
                yield return piece;
            }
            if (result.IsCompleted)
                yield break;
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static bool TakeMessage(
        ref ReadOnlySequence<byte> buffer, bool completed, DateTimeOffset last, out LogPiece piece)
    {
        piece = default;
        var window = buffer.Slice(0, Math.Min(buffer.Length, LogPiece.MaxStampBytes + MessageBytes));
        var complete = completed || window.PositionOf((byte)'\n') is not null || window.Length < buffer.Length;
        if (!complete || window.IsEmpty)
            return false;
        var bytes = window.ToArray();
        var stamp = LogPiece.TryStamp(bytes, out _, out var length) ? length : 0;
        var newline = bytes.AsSpan(stamp).IndexOf((byte)'\n');
        var text = newline >= 0 && newline < MessageBytes ? newline + 1 : Math.Min(bytes.Length - stamp, MessageBytes);
        piece = LogPiece.Parse(LogStream.Stdout, bytes.AsMemory(0, stamp + text), last);
        buffer = buffer.Slice(stamp + text);
        return true;
    }
}
