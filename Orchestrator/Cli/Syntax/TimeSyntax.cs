using System.Globalization;

namespace Orchestrator.Cli.Syntax;

/// <summary>A moment: <c>10m</c> ago, <c>2026-11-20T17:00:00Z</c>, or Unix seconds.</summary>
public static class TimeSyntax
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HHK", "yyyy-MM-ddK",
    ];

    /// <summary>Seconds and nanoseconds as the API wants them.</summary>
    public static string ParseSince(string text, DateTimeOffset now)
    {
        if (text.Length > 0 && text.AsSpan().IndexOfAnyExcept(DecimalText.Characters) < 0
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
            return text;
        if (DateTimeOffset.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment))
            return Format(moment);
        return Format(now - TimeSpan.FromTicks(ParseAge(text) / TimeSpan.NanosecondsPerTick));
    }

    private static long ParseAge(string text)
    {
        try
        {
            var age = DurationSyntax.ParseNanoseconds(text);
            return age <= TimeSpan.TicksPerDay * TimeSpan.NanosecondsPerTick * 36500L ? age
                : throw new FormatException("longer than a century");
        }
        catch (FormatException)
        {
            throw new FormatException(
                $"\"{text}\" is not a time: write it like 10m, 2026-11-20T17:00:00Z or Unix seconds");
        }
    }

    private static string Format(DateTimeOffset moment)
    {
        var nanoseconds = moment.UtcTicks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick;
        return string.Create(CultureInfo.InvariantCulture, $"{moment.ToUnixTimeSeconds()}.{nanoseconds:D9}");
    }
}
