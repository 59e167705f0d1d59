using System.Globalization;

namespace Orchestrator.Cli.Syntax;

/// <summary>Amounts of memory and CPU.</summary>
public static class SizeSyntax
{
    private const string Units = "kmgtp";
    private const long NanoCpusPerCpu = 1_000_000_000;

    /// <summary>Memory with binary units: <c>64m</c>, <c>1.5g</c>, <c>512MiB</c>, <c>4096</c>.</summary>
    public static long ParseBytes(string text)
    {
        var lower = text.Trim().ToLowerInvariant();
        var digits = lower.AsSpan().IndexOfAnyExcept(DecimalText.Characters);
        var number = digits < 0 ? lower : lower[..digits];
        var suffix = digits < 0 ? "" : lower[digits..].TrimStart();
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            throw new FormatException($"\"{text}\" is not a size: write it like 512m or 1.5g");
        for (var power = PowerOf(suffix, text); power > 0 && value <= long.MaxValue; power--)
            value *= 1024;
        return value <= long.MaxValue ? (long)value : throw new FormatException($"\"{text}\" is too large");
    }

    private static int PowerOf(string suffix, string text)
    {
        var unit = suffix.EndsWith("ib", StringComparison.Ordinal) ? suffix[..^2] : suffix.TrimEnd('b');
        if (unit.Length == 0 && suffix is "" or "b")
            return 0;
        var power = unit.Length == 1 ? Units.IndexOf(unit[0], StringComparison.Ordinal) + 1 : 0;
        return power > 0 ? power : throw new FormatException($"\"{text}\" has no known unit: use b, k, m, g, t or p");
    }

    /// <summary>A number of CPUs: <c>0.5</c>, <c>2</c>; in billionths on the wire.</summary>
    public static long ParseNanoCpus(string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus))
            throw new FormatException($"\"{text}\" is not a number of CPUs: write it like 0.5 or 2");
        if (cpus > long.MaxValue / NanoCpusPerCpu)
            throw new FormatException($"\"{text}\" is too large");
        var nano = cpus * NanoCpusPerCpu;
        return nano == decimal.Truncate(nano) ? (long)nano
            : throw new FormatException($"\"{text}\" has more than 9 decimals");
    }
}
