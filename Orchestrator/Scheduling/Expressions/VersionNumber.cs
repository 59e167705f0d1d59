using System.Globalization;

namespace Orchestrator.Scheduling.Expressions;

/// <summary>
/// A whole number or a version, <c>6.1.0-25-amd64</c>: numbers between dots, compared one by one, so 5.15 is above 5.4.
/// What follows the last number is ignored, a <c>v</c> before the first too; missing numbers are 0.
/// </summary>
internal readonly struct VersionNumber : IComparable<VersionNumber>
{
    private readonly ImmutableArray<long> _parts;

    private VersionNumber(ImmutableArray<long> parts) => _parts = parts;

    public static bool TryParse(string text, out VersionNumber version)
    {
        var rest = text.AsSpan();
        var isNegative = rest.StartsWith("-");
        if (isNegative || rest.StartsWith("v") || rest.StartsWith("V"))
            rest = rest[1..];
        var parts = ImmutableArray.CreateBuilder<long>();
        while (TryTake(ref rest, out var part))
        {
            parts.Add(isNegative ? -part : part);
            if (rest is not ['.', ..])
                break;
            rest = rest[1..];
        }
        version = new VersionNumber(parts.ToImmutable());
        return parts.Count > 0;
    }

    public int CompareTo(VersionNumber other)
    {
        for (var i = 0; i < Math.Max(_parts.Length, other._parts.Length); i++)
        {
            if (PartAt(i) != other.PartAt(i))
                return PartAt(i).CompareTo(other.PartAt(i));
        }
        return 0;
    }

    private long PartAt(int i) => i < _parts.Length ? _parts[i] : 0;

    private static bool TryTake(ref ReadOnlySpan<char> text, out long number)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
