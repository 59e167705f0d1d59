using System.Buffers.Binary;

namespace Orchestrator.Serialization;

/// <summary>Messages on a byte stream: four bytes of length, highest first, then one MessagePack value.</summary>
public static class FrameStream
{
    private const int HeaderBytes = 4;

    /// <summary>More room than this is made only for bytes that have really come.</summary>
    private const int TrustedBytes = 64 * 1024;

    /// <summary>Writes one frame in one piece and flushes it. One writer a stream at a time.</summary>
    public static async ValueTask WriteFrameAsync<T>(Stream stream, T message, CancellationToken ct) where T : class
    {
        var frame = new FrameBatch();
        frame.Add(message);
        await stream.WriteAsync(frame.Written, ct);
        await stream.FlushAsync(ct);
    }

    /// <summary>Reads one frame; null when the stream ends between two of them.</summary>
    /// <param name="stream">one reader at a time</param>
    /// <param name="maxBytes">longest message to accept, without the length itself</param>
    /// <param name="ct">leaves the stream inside a frame: no further read can succeed</param>
    /// <exception cref="EndOfStreamException">the stream ends inside a frame</exception>
    /// <exception cref="InvalidDataException">the frame is longer than allowed, or holds no such message</exception>
    public static async ValueTask<T?> ReadFrameAsync<T>(Stream stream, int maxBytes, CancellationToken ct)
        where T : class
    {
        var header = new byte[HeaderBytes];
        var got = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, ct);
        if (got == 0)
            return null;
        if (got < HeaderBytes)
            throw new EndOfStreamException(
                $"the stream ended after {got} of the {HeaderBytes} bytes of a frame's length");
        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length > maxBytes)
            throw new InvalidDataException(
                $"a frame of {length} bytes is announced for {typeof(T).Name}: the limit is {maxBytes} bytes");
        return MessagePackSerializer.Deserialize<T>(await ReadBodyAsync(stream, (int)length, ct));
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(Stream stream, int length, CancellationToken ct)
    {
        var body = new byte[Math.Min(length, TrustedBytes)];
        var got = 0;
        while (true)
        {
            got += await stream.ReadAtLeastAsync(body.AsMemory(got), body.Length - got, throwOnEndOfStream: false, ct);
            if (got < body.Length)
                throw new EndOfStreamException($"the stream ended after {got} of the {length} bytes of a frame");
            if (got == length)
                return body;
            Array.Resize(ref body, (int)Math.Min(length, body.Length * 2L));
        }
    }
}
