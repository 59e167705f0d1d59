using System.Text;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Docker;

/// <summary>What the engine stored as one message: a line, or a part of a long one.</summary>
internal readonly record struct LogPiece(LogStream Stream, DateTimeOffset Timestamp, ReadOnlyMemory<byte> Text)
{
    /// <summary><c>2006-01-02T15:04:05.000000000Z</c>; a zone such as <c>+02:00</c> is longer.</summary>
    private const int MinStampBytes = 30;

    /// <summary>The longest stamp and the space behind it.</summary>
    public const int MaxStampBytes = 36;

    /// <summary>Takes the timestamp off; without one (the engine's own messages) the fallback stands for it.</summary>
    public static LogPiece Parse(LogStream stream, ReadOnlyMemory<byte> message, DateTimeOffset fallback) =>
        TryStamp(message.Span, out var moment, out var length)
            ? new LogPiece(stream, moment, message[length..])
            : new LogPiece(stream, fallback, message);

    /// <param name="length">bytes of the stamp and the space behind it</param>
    public static bool TryStamp(ReadOnlySpan<byte> text, out DateTimeOffset moment, out int length)
    {
        moment = default;
        length = text[..Math.Min(text.Length, MaxStampBytes)].IndexOf((byte)' ') + 1;
        if (length <= MinStampBytes || text[4] != '-' || text[10] != 'T' || text[19] != '.')
            return false;
        Span<char> stamp = stackalloc char[MaxStampBytes];
        var chars = stamp[..Encoding.Latin1.GetChars(text[..(length - 1)], stamp)];
        if (EngineTime.Parse(chars) is not { } parsed)
            return false;
        moment = parsed;
        return true;
    }
}
