namespace Orchestrator.Primitives;

/// <summary>
/// Keys to look at, now or later; a key that is added again waits once, at the earliest moment. Used by one loop only.
/// </summary>
public sealed class WorkQueue<TKey> where TKey : IComparable<TKey>
{
    private readonly SortedDictionary<TKey, DateTimeOffset> _due = [];

    public int Count => _due.Count;

    public void Add(TKey key, DateTimeOffset at)
    {
        if (!_due.TryGetValue(key, out var earlier) || at < earlier)
            _due[key] = at;
    }

    /// <summary>Takes every key that is due, in key order.</summary>
    public IReadOnlyList<TKey> TakeDue(DateTimeOffset now)
    {
        var keys = _due.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToArray();
        foreach (var key in keys)
            _due.Remove(key);
        return keys;
    }

    /// <summary>When the next key is due; null when there is none.</summary>
    public DateTimeOffset? NextDue => _due.Count == 0 ? null : _due.Values.Min();
}
