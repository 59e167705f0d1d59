using System.Globalization;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>How much of a task's output is kept: <c>max-size</c> bytes in each of <c>max-file</c> files.</summary>
internal readonly record struct LogLimits(long Bytes, long Files)
{
    private const int MostFiles = 1000;

    /// <summary>
    /// They change what each line is stored with, which these logs have no place for; nothing is lost without them.
    /// </summary>
    private static readonly string[] Cosmetic =
        ["tag", "labels", "labels-regex", "env", "env-regex", "compress", "mode", "max-buffer-size"];

    internal static LogLimits Default { get; } = new(10 << 20, 2);

    /// <exception cref="RuntimeException">Rejected: another driver, an unknown option or a bad value</exception>
    internal static LogLimits From(DriverConfig? driver)
    {
        if (driver is { Name: not ("" or "json-file") })
            Unsupported.Reject($"the process runtime has no log driver {driver.Name}, only json-file");
        var limits = Default;
        foreach (var (name, value) in driver?.Options ?? StringMap.Empty)
            limits = name switch
            {
                "max-size" => limits with { Bytes = Size(value) },
                "max-file" => limits with { Files = FileCount(value) },
                _ when Cosmetic.Contains(name) => limits,
                _ => throw new RuntimeException(RuntimeFailure.Rejected, $"unknown log option {name}"),
            };
        return limits;
    }

    private static long FileCount(string text)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count is < 1 or > MostFiles)
            Unsupported.Reject($"the log option max-file must be 1 to {MostFiles}, not {text}");
        return count;
    }

    /// <summary><c>10m</c>, <c>1g</c>, <c>512kb</c>; -1 = no limit.</summary>
    private static long Size(string text)
    {
        if (text == "-1")
            return long.MaxValue / 2;
        var digits = text.AsSpan().TrimEnd("bBiIkKmMgG");
        var factor = text[digits.Length..].ToUpperInvariant().TrimEnd('B').TrimEnd('I') switch
        {
            "" => 1L,
            "K" => 1L << 10,
            "M" => 1L << 20,
            "G" => 1L << 30,
            _ => 0,
        };
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0
            || factor == 0)
            Unsupported.Reject($"the log option max-size must be a size as 10m, not {text}");
        return count * factor;
    }
}
