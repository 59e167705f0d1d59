using System.Globalization;
using System.Text;

namespace Orchestrator.Cli.Syntax;

/// <summary>Durations as the API's tools write them: <c>1h2m3s</c>, <c>1.5s</c>, <c>10ms</c>; nanoseconds on the
/// wire.</summary>
public static class DurationSyntax
{
    private const long Microsecond = 1_000;
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000_000_000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;
    private const string Example = "write it like 90s, 1m30s or 500ms";

    /// <exception cref="FormatException">says what is wrong with the text</exception>
    public static long ParseNanoseconds(string text)
    {
        if (text is "0")
            return 0;
        if (text.StartsWith('-'))
            throw new FormatException("a duration cannot be negative");
        var rest = text.AsSpan(text.StartsWith('+') ? 1 : 0);
        if (rest.IsEmpty)
            throw new FormatException($"the duration is empty: {Example}");
        decimal total = 0;
        while (!rest.IsEmpty)
            total += TakePart(ref rest, text);
        return total <= long.MaxValue ? (long)total
            : throw new FormatException("the duration is longer than 292 years");
    }

    private static decimal TakePart(ref ReadOnlySpan<char> rest, string text)
    {
        var digits = rest.IndexOfAnyExcept(DecimalText.Characters);
        if (digits < 0)
            throw new FormatException($"\"{text}\" lacks a unit (ns, us, ms, s, m, h): {Example}");
        if (!decimal.TryParse(
            rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue)
            throw new FormatException($"\"{text}\" is not a duration: {Example}");
        rest = rest[digits..];
        var length = rest.IndexOfAny(DecimalText.Characters);
        var unit = length < 0 ? rest : rest[..length];
        rest = rest[unit.Length..];
        return number * NanosecondsOf(unit.ToString());
    }

    private static long NanosecondsOf(string unit) => unit switch
    {
        "ns" => 1,
        "us" or "\u00b5s" or "\u03bcs" => Microsecond,
        "ms" => Millisecond,
        "s" => Second,
        "m" => Minute,
        "h" => Hour,
        _ => throw new FormatException($"\"{unit}\" is not a unit of time (ns, us, ms, s, m, h): {Example}"),
    };

    /// <summary>The shortest text that <see cref="ParseNanoseconds"/> reads back: <c>1h0m5s</c>, <c>1.5s</c>,
    /// <c>20ms</c>.</summary>
    public static string Format(long nanoseconds)
    {
        if (nanoseconds == 0)
            return "0s";
        if (nanoseconds < Second)
            return FormatSmall(nanoseconds);
        var text = new StringBuilder();
        if (nanoseconds >= Hour)
            text.Append(CultureInfo.InvariantCulture, $"{nanoseconds / Hour}h");
        if (nanoseconds >= Minute)
            text.Append(CultureInfo.InvariantCulture, $"{nanoseconds % Hour / Minute}m");
        return text.Append(Decimal(nanoseconds % Minute, Second)).Append('s').ToString();
    }

    private static string FormatSmall(long nanoseconds) => nanoseconds switch
    {
        >= Millisecond => Decimal(nanoseconds, Millisecond) + "ms",
        >= Microsecond => Decimal(nanoseconds, Microsecond) + "us",
        _ => nanoseconds.ToString(CultureInfo.InvariantCulture) + "ns",
    };

    private static string Decimal(long value, long unit) =>
        ((decimal)value / unit).ToString("0.#########", CultureInfo.InvariantCulture);
}
