using System.Buffers.Binary;

namespace Orchestrator.Serialization;

/// <summary>Content of the timestamp extension: seconds since 1970 and nanoseconds, in 4, 8 or 12 bytes.</summary>
internal static class Timestamp
{
    private const int NanosecondsPerTick = 100;
    private const long UnixEpochSeconds = 62_135_596_800; // seconds from 0001-01-01 to 1970-01-01
    private const long MaxUnixSeconds = 253_402_300_799; // the last second of the year 9999
    private const uint MaxNanoseconds = 999_999_999;
    private const int SecondBits = 34;
    private const ulong SecondMask = (1UL << SecondBits) - 1;

    /// <summary>Writes the shortest form that keeps all 100 ns steps; returns its length.</summary>
    public static int Encode(DateTimeOffset moment, Span<byte> output)
    {
        var (wholeSeconds, ticks) = Math.DivRem(moment.UtcTicks, TimeSpan.TicksPerSecond);
        var seconds = wholeSeconds - UnixEpochSeconds;
        var nanoseconds = (uint)ticks * NanosecondsPerTick;
        if (nanoseconds == 0 && (ulong)seconds <= uint.MaxValue)
        {
            BinaryPrimitives.WriteUInt32BigEndian(output, (uint)seconds);
            return 4;
        }
        if ((ulong)seconds <= SecondMask)
        {
            BinaryPrimitives.WriteUInt64BigEndian(output, ((ulong)nanoseconds << SecondBits) | (ulong)seconds);
            return 8;
        }
        BinaryPrimitives.WriteUInt32BigEndian(output, nanoseconds);
        BinaryPrimitives.WriteInt64BigEndian(output[4..], seconds);
        return 12;
    }

    /// <summary>False when the bytes are no timestamp of the years 1 to 9999. Cuts what is finer than 100 ns.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> content, out DateTimeOffset moment)
    {
        moment = default;
        long seconds;
        uint nanoseconds = 0;
        switch (content.Length)
        {
            case 4:
                seconds = BinaryPrimitives.ReadUInt32BigEndian(content);
                break;
            case 8:
                var packed = BinaryPrimitives.ReadUInt64BigEndian(content);
                nanoseconds = (uint)(packed >> SecondBits);
                seconds = (long)(packed & SecondMask);
                break;
            case 12:
                nanoseconds = BinaryPrimitives.ReadUInt32BigEndian(content);
                seconds = BinaryPrimitives.ReadInt64BigEndian(content[4..]);
                break;
            default:
                return false;
        }
        if (nanoseconds > MaxNanoseconds || seconds is < -UnixEpochSeconds or > MaxUnixSeconds)
            return false;
        var ticks = ((seconds + UnixEpochSeconds) * TimeSpan.TicksPerSecond) + (nanoseconds / NanosecondsPerTick);
        moment = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }
}
