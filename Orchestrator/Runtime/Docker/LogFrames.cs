using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// The log of a container without a terminal: frames of an 8-byte header (stream, three zeros, length as big-endian
/// number) and one message each.
/// </summary>
internal static class LogFrames
{
    private const int HeaderBytes = 8;

    /// <summary>Engines cut messages at 16 KiB; log drivers may be more generous.</summary>
    private const int MaxFrameBytes = 4 << 20;

    /// <exception cref="InvalidDataException">it is not a framed log</exception>
    public static async IAsyncEnumerable<LogPiece> ReadAsync(
        PipeReader reader, [EnumeratorCancellation] CancellationToken ct)
    {
        var last = DateTimeOffset.UnixEpoch;
        while (true)
        {
            var result = await reader.ReadAsync(ct);
            var buffer = result.Buffer;
            while (TakeFrame(ref buffer, last, out var piece))
            {
                last = piece.Timestamp;
                yield return piece;
            }
            // A frame that was cut off by the end of the connection is no message.
            if (result.IsCompleted)
                yield break;
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static bool TakeFrame(ref ReadOnlySequence<byte> buffer, DateTimeOffset last, out LogPiece piece)
    {
        piece = default;
        if (buffer.Length < HeaderBytes)
            return false;
        Span<byte> header = stackalloc byte[HeaderBytes];
        buffer.Slice(0, HeaderBytes).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        if (header[0] > (byte)LogStream.System || length > MaxFrameBytes)
            throw new InvalidDataException("the Docker engine's log stream is not framed as expected");
        if (buffer.Length < HeaderBytes + length)
            return false;
        // 0 is stdin, which an engine writes to stdout.
        var stream = header[0] == 0 ? LogStream.Stdout : (LogStream)header[0];
        piece = LogPiece.Parse(stream, buffer.Slice(HeaderBytes, length).ToArray(), last);
        buffer = buffer.Slice(HeaderBytes + length);
        return true;
    }
}
