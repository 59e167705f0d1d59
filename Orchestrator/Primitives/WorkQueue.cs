namespace Orchestrator.Primitives;

/// <summary>
/// Keys to look at, now or later; a key that is added again waits once, at the earliest moment. Used by one loop only.
/// </summary>
public sealed class WorkQueue<TKey> where TKey : IComparable<TKey>
{
    private readonly SortedDictionary<TKey, DateTimeOffset> due = [];

    public int Count => due.Count;

    public void Add(TKey key, DateTimeOffset at)
    {
        if (!due.TryGetValue(key, out var earlier) || at < earlier)
            due[key] = at;
    }

    /// <summary>Takes every key that is due, in key order.</summary>
    public IReadOnlyList<TKey> TakeDue(DateTimeOffset now)
    {
        var keys = due.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToArray();
        foreach (var key in keys)
            due.Remove(key);
        return keys;
    }

    /// <summary>When the next key is due; null when there is none.</summary>
    public DateTimeOffset? NextDue => due.Count == 0 ? null : due.Values.Min();
}
