using System.Collections.Concurrent;
using Orchestrator.Model;

namespace Orchestrator.Scheduling.Expressions;

/// <summary>The constraints of a spec, taken apart.</summary>
/// <param name="Hard">null for an expression that does not parse</param>
internal sealed record ParsedConstraints(ImmutableArray<Constraint?> Hard, ImmutableArray<Constraint> Soft)
{
    /// <summary>Expressions that are remembered; when there are more, all are forgotten.</summary>
    private const int MostKnown = 4096;

    private static readonly ConcurrentDictionary<string, Constraint?> Known = new(StringComparer.Ordinal);
    private static readonly ParsedConstraints None = new([], []);

    public static ParsedConstraints Of(ServiceSpec spec)
    {
        var carried = Affinities.AffinityCarriers.ConstraintsOf(spec);
        if (carried.IsEmpty && spec.Template.Placement is null or { Constraints.IsEmpty: true })
            return None;
        var hard = ImmutableArray.CreateBuilder<Constraint?>();
        var soft = ImmutableArray.CreateBuilder<Constraint>();
        foreach (var text in (spec.Template.Placement?.Constraints ?? []).AddRange(carried))
            if (Parse(text) is { IsSoft: true } wish)
                soft.Add(wish);
            else
                hard.Add(Parse(text));
        return new(hard.ToImmutable(), soft.ToImmutable());
    }

    private static Constraint? Parse(string text)
    {
        if (Known.TryGetValue(text, out var known))
            return known;
        if (Known.Count >= MostKnown)
            Known.Clear();
        return Known[text] = Constraint.TryParse(text, out var constraint, out _) ? constraint : null;
    }
}
