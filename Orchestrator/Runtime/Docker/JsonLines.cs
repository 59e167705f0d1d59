using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Runtime.Docker;

/// <summary>A stream of JSON objects, one a line, each handed out as soon as its line is there.</summary>
internal static class JsonLines
{
    private const int MaxLineBytes = 1 << 20;

    /// <exception cref="InvalidDataException">an endless line</exception>
    /// <exception cref="JsonException">a line is not what was expected</exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        Stream stream, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken ct)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(ct);
                var buffer = result.Buffer;
                while (TakeLine(ref buffer, result.IsCompleted, out var line))
                {
                    if (Parse(line, type) is { } value)
                        yield return value;
                }
                if (buffer.Length > MaxLineBytes)
                    throw new InvalidDataException($"a line is longer than {MaxLineBytes} bytes");
                if (result.IsCompleted)
                    yield break;
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static bool TakeLine(ref ReadOnlySequence<byte> buffer, bool last, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }
        if (!last || buffer.IsEmpty)
            return false;
        line = buffer;
        buffer = buffer.Slice(buffer.End);
        return true;
    }

    private static T? Parse<T>(ReadOnlySequence<byte> line, JsonTypeInfo<T> type)
    {
        var bytes = line.ToArray().AsSpan().Trim(" \t\r"u8);
        return bytes.IsEmpty ? default : JsonSerializer.Deserialize(bytes, type);
    }
}
