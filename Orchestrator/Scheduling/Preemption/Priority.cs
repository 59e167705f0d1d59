using System.Globalization;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>How much a service matters when room is short.</summary>
/// <param name="Level">higher comes first</param>
/// <param name="MayEvict">it may push out tasks of strictly lower levels</param>
public readonly record struct Priority(int Level, bool MayEvict)
{
    public const string LevelLabel = "swarmnet.priority";
    public const string EvictLabel = "swarmnet.preempt";

    /// <summary>Levels go from its negative to it.</summary>
    public const int Highest = 1000;

    private const string Yes = "true";

    /// <summary>By the newest labels, so that a change of priority needs no new tasks.</summary>
    public static Priority Of(StateSnapshot state, ServiceTask task) =>
        Of((state.Service(task.ServiceId)?.Spec ?? state.SpecOf(task)).Labels);

    public static Priority Of(ImmutableSortedDictionary<string, string> labels) => labels.IsEmpty
        ? default
        : new(TryReadLevel(labels, out var level) ? level : 0, labels.GetValueOrDefault(EvictLabel) == Yes);

    /// <summary>What is wrong with the labels; null when nothing is.</summary>
    public static string? ProblemOf(ImmutableSortedDictionary<string, string> labels)
    {
        if (labels.TryGetValue(LevelLabel, out var level) && !TryReadLevel(labels, out _))
            return $"label {LevelLabel}: '{level}' is no whole number from -{Highest} to {Highest}";
        return labels.TryGetValue(EvictLabel, out var evict) && evict is not (Yes or "false")
            ? $"label {EvictLabel}: need true or false, not '{evict}'"
            : null;
    }

    private static bool TryReadLevel(ImmutableSortedDictionary<string, string> labels, out int level)
    {
        level = 0;
        return labels.TryGetValue(LevelLabel, out var text)
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out level)
            && level is >= -Highest and <= Highest;
    }
}
