using System.Numerics;

namespace Orchestrator.Cli.Commands;

/// <summary>Names as people sort them: <c>node2</c> before <c>node10</c>.</summary>
internal sealed class NaturalOrder : IComparer<string?>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x ?? "";
        ReadOnlySpan<char> b = y ?? "";
        while (!a.IsEmpty && !b.IsEmpty)
        {
            var order = CompareHead(ref a, ref b);
            if (order != 0)
                return order;
        }
        return a.Length.CompareTo(b.Length);
    }

    private static int CompareHead(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b)
    {
        if (!char.IsAsciiDigit(a[0]) || !char.IsAsciiDigit(b[0]))
        {
            var order = a[0].CompareTo(b[0]);
            a = a[1..];
            b = b[1..];
            return order;
        }
        return TakeNumber(ref a).CompareTo(TakeNumber(ref b));
    }

    private static BigInteger TakeNumber(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return BigInteger.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
    }
}
