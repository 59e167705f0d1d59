using System.Net;
using System.Text.RegularExpressions;

namespace Orchestrator.Scheduling.Expressions;

/// <summary>
/// What a value must be like: the same, a glob (<c>*</c>), a <c>/regular expression/</c>, or in a network.
/// </summary>
internal abstract class ValuePattern
{
    /// <summary>For one value; the engine takes time linear in it.</summary>
    private static readonly TimeSpan RegexLimit = TimeSpan.FromMilliseconds(10);

    public abstract bool Matches(string value);

    /// <summary>Neither a glob nor a regular expression.</summary>
    public static bool IsPlain(string text) => !IsRegex(text) && !text.Contains('*');

    /// <param name="expression">that the value is one of, for errors</param>
    /// <exception cref="ExpressionException">a regular expression that is none, or that takes more than linear
    /// time</exception>
    public static ValuePattern Parse(Expression expression, ExpressionValue value, bool ignoresCase)
    {
        var comparison = ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (IsRegex(value.Text))
            return new Regular(Compile(expression, value, ignoresCase));
        return IsPlain(value.Text)
            ? new Exact(value.Text, comparison)
            : new Glob(value.Text.Split('*'), comparison);
    }

    /// <summary>An address, or a network as in <c>10.0.0.0/8</c>; null when the text is neither.</summary>
    public static ValuePattern? ParseNetwork(string text)
    {
        if (IPAddress.TryParse(text, out var address))
            return new Address(Plain(address));
        return IPNetwork.TryParse(text, out var network) ? new Network(network) : null;
    }

    private static bool IsRegex(string text) => text is ['/', .., '/'];

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static Regex Compile(Expression expression, ExpressionValue value, bool ignoresCase)
    {
        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
            | (ignoresCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            return new Regex(value.Text[1..^1], options, RegexLimit);
        }
        catch (RegexParseException e)
        {
            throw new ExpressionException(expression.Text, value.Position + 1 + e.Offset, e.Message);
        }
        catch (NotSupportedException)
        {
            throw new ExpressionException(expression.Text, value.Position,
                "a regular expression here is small, and has no lookarounds, back references and atomic groups");
        }
    }

    private sealed class Exact(string text, StringComparison comparison) : ValuePattern
    {
        public override bool Matches(string value) => value.Equals(text, comparison);
    }

    /// <summary>Anchored at both ends; each part is taken where it comes first.</summary>
    /// <param name="parts">two or more, between the stars</param>
    private sealed class Glob(string[] parts, StringComparison comparison) : ValuePattern
    {
        public override bool Matches(string value)
        {
            var end = value.Length - parts[^1].Length;
            if (end < parts[0].Length)
                return false;
            if (!value.StartsWith(parts[0], comparison) || !value.EndsWith(parts[^1], comparison))
                return false;
            var at = parts[0].Length;
            foreach (var part in parts.AsSpan(1..^1))
            {
                var found = value.AsSpan(at..end).IndexOf(part, comparison);
                if (found < 0)
                    return false;
                at += found + part.Length;
            }
            return true;
        }
    }

    private sealed class Regular(Regex regex) : ValuePattern
    {
        public override bool Matches(string value)
        {
            try
            {
                return regex.IsMatch(value);
            }
            catch (RegexMatchTimeoutException)
            {
                return false;
            }
        }
    }

    private sealed class Address(IPAddress wanted) : ValuePattern
    {
        public override bool Matches(string value) =>
            IPAddress.TryParse(value, out var address) && Plain(address).Equals(wanted);
    }

    private sealed class Network(IPNetwork network) : ValuePattern
    {
        public override bool Matches(string value) =>
            IPAddress.TryParse(value, out var address) && network.Contains(Plain(address));
    }
}
