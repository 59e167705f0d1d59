using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Orchestrator.Cli.Logs;

internal enum LogStream
{
    Out = 1,
    Error = 2,
}

/// <param name="Text">one line with its line end</param>
internal readonly record struct LogFrame(LogStream Stream, string Text);

/// <summary>Takes a multiplexed stream apart: kind, three zero bytes, length (big endian), payload.</summary>
internal static class LogFrameReader
{
    private const int HeaderSize = 8;
    private const int SystemError = 3;
    private const int MaxPayload = 16 * 1024 * 1024;

    /// <exception cref="CliException">not such a stream, cut off, or an error that the daemon sent in it</exception>
    public static async IAsyncEnumerable<LogFrame> ReadAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken ct)
    {
        var header = new byte[HeaderSize];
        while (await FillAsync(stream, header, ct))
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            if (header[0] is 0 or > SystemError || length > MaxPayload)
                throw new CliException(
                    ExitCode.Failed, "the log stream is garbled", $"frame header {Convert.ToHexString(header)}");
            var payload = new byte[length];
            if (!await FillAsync(stream, payload, ct) && length > 0)
                throw CutOff();
            var text = Encoding.UTF8.GetString(payload);
            if (header[0] == SystemError)
                throw new CliException(ExitCode.Failed, $"the daemon ended the log: {text.Trim()}");
            yield return new LogFrame((LogStream)header[0], text);
        }
    }

    /// <returns>false at the end of the stream</returns>
    private static async Task<bool> FillAsync(Stream stream, Memory<byte> buffer, CancellationToken ct)
    {
        var filled = await ReadAsync(stream, buffer, ct);
        if (filled > 0 && filled < buffer.Length)
            throw CutOff();
        return filled == buffer.Length;
    }

    private static async Task<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken ct)
    {
        try
        {
            return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw CutOff();
        }
    }

    private static CliException CutOff() => new(
        ExitCode.Unreachable, "the log stream was cut off", null,
        "The daemon stopped or the connection broke: run the command again.");
}
