namespace Orchestrator.Cli;

/// <summary>"Did you mean": the nearest names by edit distance, transpositions counted as one.</summary>
public static class Suggestions
{
    private const int MaxSuggestions = 3;

    /// <summary>null when nothing is near enough to be meant.</summary>
    public static string? DidYouMean(string typed, IEnumerable<string> known)
    {
        var near = Nearest(typed, known);
        return near.Count == 0 ? null : $"Did you mean {string.Join(" or ", near)}?";
    }

    public static IReadOnlyList<string> Nearest(string typed, IEnumerable<string> known)
    {
        var limit = Math.Max(1, typed.Trim('-').Length / 3);
        return known.Distinct(StringComparer.Ordinal)
            .Select(name => new KeyValuePair<int, string>(Rank(typed, name), name))
            .Where(pair => pair.Key <= limit)
            .OrderBy(pair => pair.Key)
            .ThenBy(pair => pair.Value, StringComparer.Ordinal)
            .Take(MaxSuggestions)
            .Select(pair => pair.Value)
            .ToList();
    }

    private static int Rank(string typed, string name) =>
        typed.Length >= 3 && name.StartsWith(typed, StringComparison.OrdinalIgnoreCase) ? 0 : Distance(typed, name);

    /// <summary>Edits that turn <paramref name="a"/> into <paramref name="b"/>, ignoring case.</summary>
    public static int Distance(string a, string b)
    {
        var beforePrevious = new int[b.Length + 1];
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], previous[j]) + 1, previous[j - 1] + change);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    row[j] = Math.Min(row[j], beforePrevious[j - 2] + 1);
            }
            (beforePrevious, previous) = (previous, row);
        }
        return previous[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
