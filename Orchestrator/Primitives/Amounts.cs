using System.Globalization;

namespace Orchestrator.Primitives;

/// <summary>Amounts of memory and CPU for people.</summary>
public static class Amounts
{
    private const long Billion = 1_000_000_000;

    /// <summary>Binary units with four digits: <c>64MiB</c>, <c>1.5GiB</c>.</summary>
    public static string OfBytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return value.ToString("G4", CultureInfo.InvariantCulture) + units[unit];
    }

    public static string OfCpus(long billionths) =>
        ((decimal)billionths / Billion).ToString("0.#########", CultureInfo.InvariantCulture);
}
