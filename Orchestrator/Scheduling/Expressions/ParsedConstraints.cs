using System.Runtime.CompilerServices;
using Orchestrator.Model;

namespace Orchestrator.Scheduling.Expressions;

/// <summary>The constraints of a spec, taken apart once for as long as it lives: each decision asks for them.</summary>
/// <param name="Hard">null for an expression that does not parse</param>
internal sealed record ParsedConstraints(ImmutableArray<Constraint?> Hard, ImmutableArray<Constraint> Soft)
{
    private static readonly ConditionalWeakTable<Placement, ParsedConstraints> Known = [];
    private static readonly ParsedConstraints None = new([], []);

    public static ParsedConstraints Of(ServiceSpec spec) =>
        spec.Template.Placement is { Constraints.IsEmpty: false } placement ? Known.GetValue(placement, Parse) : None;

    private static ParsedConstraints Parse(Placement placement)
    {
        var all = placement.Constraints.Select(
            text => Constraint.TryParse(text, out var constraint, out _) ? constraint : null).ToArray();
        return new ParsedConstraints(
            [.. all.Where(constraint => constraint is not { IsSoft: true })],
            [.. all.OfType<Constraint>().Where(constraint => constraint.IsSoft)]);
    }
}
