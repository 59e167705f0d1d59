using System.Globalization;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Syntax;

/// <summary>--ulimit, --generic-resource, --host, --placement-pref and constraints.</summary>
public static class ResourceSyntax
{
    private static readonly string[] UlimitNames =
    [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime",
        "sigpending", "stack",
    ];

    private static readonly string[] ConstraintOperators = ["==", "!=", ">", "<", " in", " notin", "exists"];

    /// <summary><c>nofile=1024:2048</c>, soft and hard; one number is both; −1 is without limit.</summary>
    public static UlimitDto ParseUlimit(string text)
    {
        var name = KeyValues.KeyOf(text);
        if (name.Length == text.Length)
            throw new FormatException($"\"{text}\" has no limit: write it like nofile=1024:2048");
        if (!UlimitNames.Contains(name, StringComparer.Ordinal))
            throw new FormatException($"unknown limit \"{name}\": {Hint(name)}");
        var numbers = text[(name.Length + 1)..].Split(':');
        if (numbers.Length > 2)
            throw new FormatException($"\"{text}\" has too many parts: write it like nofile=1024:2048");
        var soft = ParseLimit(numbers[0]);
        var hard = ParseLimit(numbers[^1]);
        return hard == -1 || (soft != -1 && soft <= hard)
            ? new UlimitDto { Name = name, Soft = soft, Hard = hard }
            : throw new FormatException($"the soft limit {soft} is above the hard limit {hard}");
    }

    private static string Hint(string name) =>
        Suggestions.DidYouMean(name, UlimitNames) ?? $"known are {string.Join(", ", UlimitNames)}";

    private static long ParseLimit(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) && limit >= -1
            ? limit
            : throw new FormatException($"\"{text}\" is not a limit: use a number, or -1 for none");

    /// <summary><c>gpu=2</c>.</summary>
    public static GenericResourceDto ParseGeneric(string text)
    {
        var kind = KeyValues.KeyOf(text);
        var number = kind.Length == text.Length ? "" : text[(kind.Length + 1)..];
        var isCount = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count > 0;
        return kind.Length > 0 && isCount
            ? new GenericResourceDto { DiscreteResourceSpec = new DiscreteResourceDto { Kind = kind, Value = count } }
            : throw new FormatException($"\"{text}\" is not KIND=NUMBER: write it like gpu=2");
    }

    public static string KindOf(GenericResourceDto resource) =>
        resource.DiscreteResourceSpec?.Kind ?? resource.NamedResourceSpec?.Kind ?? "";

    /// <summary><c>name:ip</c> to the line <c>ip name</c> of a hosts file.</summary>
    public static string ParseHost(string text)
    {
        var at = text.IndexOfAny([':', '=']);
        if (at <= 0)
            throw new FormatException($"\"{text}\" is not NAME:IP: write it like db:10.0.0.5");
        var address = text[(at + 1)..].Trim('[', ']');
        return System.Net.IPAddress.TryParse(address, out _)
            ? $"{address} {text[..at]}"
            : throw new FormatException($"\"{address}\" is not an IP address: write it like db:10.0.0.5");
    }

    public static PlacementPreferenceDto ParsePreference(string text) =>
        text.StartsWith("spread=", StringComparison.OrdinalIgnoreCase) && text.Length > "spread=".Length
            ? new PlacementPreferenceDto { Spread = new SpreadDto { SpreadDescriptor = text["spread=".Length..] } }
            : throw new FormatException($"\"{text}\" is not spread=node.labels.NAME");

    /// <summary>Only whether there is an operator: what it may be used for is the scheduler's knowledge.</summary>
    public static string ParseConstraint(string text) =>
        ConstraintOperators.Any(sign => text.Contains(sign, StringComparison.Ordinal))
            ? text
            : throw new FormatException(
                $"\"{text}\" is not KEY==VALUE or KEY!=VALUE: write it like node.role==worker");
}
