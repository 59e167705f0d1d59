using Orchestrator.Model;

namespace Orchestrator.Scheduling;

/// <summary>The words for strategies, of a cluster and of a service.</summary>
public static class Strategies
{
    public const string Label = "swarmnet.strategy";

    /// <summary>Null when the labels name none, or one that there is not.</summary>
    public static SchedulingStrategy? Of(ImmutableSortedDictionary<string, string> labels) =>
        labels.GetValueOrDefault(Label)?.ToLowerInvariant() switch
        {
            "spread" => SchedulingStrategy.Spread,
            "binpack" => SchedulingStrategy.Binpack,
            "random" => SchedulingStrategy.Random,
            _ => null,
        };

    /// <summary>What is wrong with the labels; null when nothing is.</summary>
    public static string? ProblemOf(ImmutableSortedDictionary<string, string> labels) =>
        labels.TryGetValue(Label, out var word) && Of(labels) is null
            ? $"label {Label}: unknown strategy '{word}', need one of spread, binpack, random"
            : null;
}
