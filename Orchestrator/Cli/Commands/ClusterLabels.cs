using System.CommandLine;
using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Specs;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Commands;

/// <summary>Settings of the cluster for which Docker's specification has no field: they travel as labels.</summary>
internal static class ClusterLabels
{
    private const string OvercommitLabel = "swarmnet.overcommit";
    private const decimal MostOvercommit = 9;

    public static IEnumerable<Option> Options() =>
    [
        Flag.Text("--strategy", "How to choose among nodes that fit: spread, binpack, random (default spread)",
            "strategy"),
        Flag.Text("--overcommit", "Share of CPU and memory promised beyond what nodes have, 0.1 = a tenth (default 0)",
            "decimal"),
    ];

    /// <returns>whether there was anything to set</returns>
    public static bool Apply(Invocation run, SwarmSpecDto spec)
    {
        var before = spec.Labels;
        if (run.Choice("--strategy", PlacementFlags.Strategies) is { } strategy)
            spec.Labels = KeyValues.With(spec.Labels, $"{PlacementFlags.StrategyLabel}={strategy}");
        if (run.Parse("--overcommit", ParseShare) is { } share)
            spec.Labels = KeyValues.With(
                spec.Labels, $"{OvercommitLabel}={share.ToString(CultureInfo.InvariantCulture)}");
        return !ReferenceEquals(before, spec.Labels);
    }

    private static decimal ParseShare(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
            && share <= MostOvercommit
            ? share
            : throw new FormatException($"need a number from 0 to {MostOvercommit}, as in 0.1");
}
