using System.Text;

namespace Orchestrator.Primitives;

/// <summary>A hash that is the same on every machine and in every process; not for secrets.</summary>
public static class StableHash
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>FNV-1a with a final mix, so that the high bits are good too.</summary>
    public static ulong Of(string text, ulong seed = 0)
    {
        var hash = Offset ^ seed;
        foreach (var b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * Prime;
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccd;
        return hash ^ (hash >> 33);
    }

    /// <summary>A number in [0, 1).</summary>
    public static double Fraction(string text) => (Of(text) >> 11) * (1.0 / (1UL << 53));
}
