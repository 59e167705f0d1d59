using System.Globalization;

namespace Orchestrator.Runtime.Docker;

/// <summary>The engine's ways to write a moment.</summary>
internal static class EngineTime
{
    private const int NanosecondsPerTick = 100;
    private const string Seconds = "yyyy-MM-ddTHH:mm:ss";

    /// <summary>Digits after the point that are kept: a tick is 100 ns.</summary>
    private const int FractionDigits = 7;

    /// <summary>
    /// From RFC 3339 with up to nine digits of fraction; null for "never" (year 1), nothing, or nonsense.
    /// </summary>
    public static DateTimeOffset? Parse(ReadOnlySpan<char> text)
    {
        if (text.Length <= Seconds.Length)
            return null;
        var rest = text[Seconds.Length..];
        var digits = rest[0] == '.' ? rest[1..].IndexOfAnyExceptInRange('0', '9') : 0;
        if (digits < 0)
            return null;
        var fraction = rest[..(digits == 0 ? 0 : 1 + Math.Min(digits, FractionDigits))];
        var zone = rest[(digits == 0 ? 0 : 1 + digits)..];
        return DateTimeOffset.TryParse(
                $"{text[..Seconds.Length]}{fraction}{zone}", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            && moment.Year > 1 ? moment : null;
    }

    /// <summary>Nanoseconds since 1970.</summary>
    public static long Nanoseconds(DateTimeOffset moment) =>
        (moment - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick;

    /// <summary><c>seconds.nanoseconds</c> since 1970, as query parameters want it.</summary>
    public static string Query(long nanoseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000_000}.{nanoseconds % 1_000_000_000:D9}");
}
