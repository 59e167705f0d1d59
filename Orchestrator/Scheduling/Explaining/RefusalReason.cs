namespace Orchestrator.Scheduling.Explaining;

/// <summary>Why a task fits nowhere, in one line, and when it is tried again.</summary>
internal sealed record RefusalReason(string Text, WakeEvents Wakes)
{
    private static readonly (WakeEvents Event, string Verb)[] OfTasks =
        [(WakeEvents.TaskEnds, "ends"), (WakeEvents.TaskPlaced, "is placed")];

    private static readonly (WakeEvents Event, string Verb)[] OfNodes =
    [
        (WakeEvents.NodeReady, "becomes ready"), (WakeEvents.Capacity, "gets more room"),
        (WakeEvents.NodeLabels, "is labelled or described otherwise"),
        (WakeEvents.NodeContent, "gets an image or a plugin"),
    ];

    /// <summary>Counts the nodes by the first filter that refused them, most first.</summary>
    public static RefusalReason Of(GroupStanding group, CandidateTable table)
    {
        var counts = new Dictionary<NodeFilter, int>();
        foreach (var candidate in table.All)
            if (NodeFilters.All.FirstRefusal(group, candidate) is { } filter)
                counts[filter] = counts.GetValueOrDefault(filter) + 1;
        return Of(counts);
    }

    /// <param name="counts">refused nodes; none: there are no nodes</param>
    public static RefusalReason Of(IReadOnlyDictionary<NodeFilter, int> counts)
    {
        if (counts.Count == 0)
            return new("no suitable node (the cluster has no nodes); tried again when a node joins", WakeEvents.All);
        var reasons = MostFirst(counts).Select(count => count.Key.Explain(count.Value));
        var wakes = counts.Keys.Aggregate(WakeEvents.None, (all, filter) => all | filter.Wakes);
        return new($"no suitable node ({string.Join("; ", reasons)}); tried again when {InWords(wakes)}", wakes);
    }

    public static IEnumerable<KeyValuePair<NodeFilter, int>> MostFirst(IReadOnlyDictionary<NodeFilter, int> counts) =>
        counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key.Name, StringComparer.Ordinal);

    /// <summary><c>a task ends, or a node gets more room</c></summary>
    public static string InWords(WakeEvents wakes) => string.Join(", or ",
        new[] { Sentence("a task", OfTasks, wakes), Sentence("a node", OfNodes, wakes) }.OfType<string>());

    private static string? Sentence(string subject, (WakeEvents Event, string Verb)[] verbs, WakeEvents wakes)
    {
        string[] those = [.. verbs.Where(verb => wakes.HasFlag(verb.Event)).Select(verb => verb.Verb)];
        return those.Length switch
        {
            0 => null,
            1 => $"{subject} {those[0]}",
            _ => $"{subject} {string.Join(", ", those[..^1])} or {those[^1]}",
        };
    }
}
