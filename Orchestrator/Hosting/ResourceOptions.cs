using System.Globalization;
using Orchestrator.Cli.Syntax;
using Orchestrator.Model;

namespace Orchestrator.Hosting;

/// <summary>
/// How settings about a host's resources are written. A <see cref="FormatException"/> says what is wrong with a value.
/// </summary>
internal static class ResourceOptions
{
    private const int LongestKind = 63;
    private const int MostGeneric = 256;

    /// <summary><c>cpu=0.5</c>, <c>memory=512m</c>, or both with a comma.</summary>
    public static NodeResources Reserve(string text) => Sum(CsvFields.ParsePairs(text).Select(pair => pair switch
    {
        ("cpu", { } cpus) => new NodeResources { NanoCpus = SizeSyntax.ParseNanoCpus(cpus) },
        ("memory", { } bytes) => new NodeResources { MemoryBytes = SizeSyntax.ParseBytes(bytes) },
        _ => throw new FormatException("expected cpu=NUMBER,memory=SIZE, as in cpu=0.5,memory=512m"),
    }));

    public static NodeResources Sum(IEnumerable<NodeResources> parts) =>
        parts.Aggregate(new NodeResources(), (sum, part) => sum with
        {
            NanoCpus = Plus(sum.NanoCpus, part.NanoCpus), MemoryBytes = Plus(sum.MemoryBytes, part.MemoryBytes),
        });

    /// <exception cref="OptionException">too many, or a kind that is counted and named</exception>
    public static ImmutableArray<GenericResource> Checked(IEnumerable<GenericResource> resources)
    {
        ImmutableArray<GenericResource> all = [.. resources.Distinct()];
        if (all.Length > MostGeneric)
            throw new OptionException($"--generic-resource: {all.Length} are more than the limit of {MostGeneric}");
        if (all.GroupBy(resource => resource.Kind)
            .FirstOrDefault(kind => kind.Select(unit => unit.Unit.Length > 0).Distinct().Count() > 1) is { } mixed)
            throw new OptionException(
                $"--generic-resource: '{mixed.Key}' has a number, and names too: give one of them");
        return all;
    }

    private static long Plus(long one, long other) => one > long.MaxValue - other ? long.MaxValue : one + other;

    /// <summary>
    /// <c>ssd=3</c>: three of a kind; <c>gpu=uuid1</c>: one that has a name; <c>tty=/dev/ttyS0</c>: a device.
    /// </summary>
    public static GenericResource Generic(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var (kind, value) = at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
        if (!IsWord(kind) || !(IsWord(value) || (DevicePath.Is(value) && IsWord(value.Replace('/', '-')))))
            throw new FormatException("expected KIND=NUMBER, KIND=NAME or KIND=DEVICE, as in ssd=3, gpu=uuid1 or "
                + $"tty=/dev/ttyS0, of at most {LongestKind} letters, digits and -_.: each");
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new GenericResource { Kind = kind, Count = count }
            : new GenericResource { Kind = kind, Unit = value };
    }

    private static bool IsWord(string text) => text.Length is > 0 and <= LongestKind
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');
}
