using System.Runtime.CompilerServices;
using System.Text.Json;
using Orchestrator.Model;

namespace Orchestrator.Scheduling.Affinities;

/// <summary>
/// Where a spec says what it wants beside Swarm mode's own fields: our labels, and classic Swarm's labels and
/// environment entries. Labels hold JSON arrays of texts.
/// </summary>
public static class AffinityCarriers
{
    private const string Label = "swarmnet.affinities";
    private const string ClassicAffinities = "com.docker.swarm.affinities";
    private const string ClassicConstraints = "com.docker.swarm.constraints";
    private const string AffinityEntry = "affinity:";
    private const string ConstraintEntry = "constraint:";

    private static readonly ConditionalWeakTable<ServiceSpec, ParsedAffinities> Known = [];

    /// <summary>
    /// The labels that carry expressions, of those that the spec has, and are no JSON array of texts.
    /// </summary>
    public static IEnumerable<string> Malformed(ServiceSpec spec) =>
        from name in new[] { Label, ClassicAffinities, ClassicConstraints }
        from labels in new[] { spec.Labels, spec.Template.Container.Labels }
        where labels.TryGetValue(name, out var text) && !TryRead(text, out _)
        select name;

    /// <summary>As they were written, in the order of the carriers; what is no list counts as one expression.</summary>
    public static ImmutableArray<string> AffinitiesOf(ServiceSpec spec) =>
        [.. OfLabels(spec, Label), .. OfLabels(spec, ClassicAffinities), .. OfEntries(spec, AffinityEntry)];

    /// <summary>Those that are not among the constraints of the placement.</summary>
    public static ImmutableArray<string> ConstraintsOf(ServiceSpec spec) =>
        HasLabel(spec, ClassicConstraints) || HasEntry(spec, ConstraintEntry)
            ? [.. OfLabels(spec, ClassicConstraints), .. OfEntries(spec, ConstraintEntry)]
            : [];

    internal static bool HasAffinities(ServiceSpec spec) =>
        HasLabel(spec, Label) || HasLabel(spec, ClassicAffinities) || HasEntry(spec, AffinityEntry);

    internal static ParsedAffinities Parsed(ServiceSpec spec) =>
        HasAffinities(spec)
            ? Known.GetValue(spec, ParsedAffinities.Of)
            : ParsedAffinities.None;

    private static bool HasLabel(ServiceSpec spec, string name) =>
        spec.Labels.ContainsKey(name) || spec.Template.Container.Labels.ContainsKey(name);

    private static bool HasEntry(ServiceSpec spec, string prefix)
    {
        foreach (var entry in spec.Template.Container.Env)
            if (entry.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        return false;
    }

    private static IEnumerable<string> OfLabels(ServiceSpec spec, string name) =>
        from labels in new[] { spec.Labels, spec.Template.Container.Labels }
        where labels.ContainsKey(name)
        from text in TryRead(labels[name], out var texts) ? texts : [labels[name]]
        select text;

    private static IEnumerable<string> OfEntries(ServiceSpec spec, string prefix) =>
        from entry in spec.Template.Container.Env
        where entry.StartsWith(prefix, StringComparison.Ordinal)
        select entry[prefix.Length..];

    private static bool TryRead(string json, out string[] texts)
    {
        texts = [];
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Array
                || root.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
                return false;
            texts = [.. root.EnumerateArray().Select(item => item.GetString()!)];
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return false; // the latter two: halves of characters
        }
    }
}

/// <summary>The affinities of a spec, taken apart once for as long as it lives.</summary>
/// <param name="HasUnreadable">one of them does not parse: no node meets it</param>
internal sealed record ParsedAffinities(ImmutableArray<Affinity> All, bool HasUnreadable)
{
    public static ParsedAffinities None { get; } = new([], false);

    public static ParsedAffinities Of(ServiceSpec spec)
    {
        var all = AffinityCarriers.AffinitiesOf(spec)
            .Select(text => Affinity.TryParse(text, out var affinity, out _) ? affinity : null).ToArray();
        return all.Length == 0 ? None : new([.. all.OfType<Affinity>()], all.Contains(null));
    }
}
