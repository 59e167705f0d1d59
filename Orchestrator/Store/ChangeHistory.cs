namespace Orchestrator.Store;

/// <summary>The newest changed keys, so that a watcher looks only at what moved.</summary>
internal sealed class ChangeHistory
{
    private const int Limit = 16_384;
    private readonly Entry[] _ring = new Entry[Limit];
    private long _next;
    private ulong _forgottenUpTo;

    public void Add(ulong index, ImmutableArray<Change> changes)
    {
        foreach (var change in changes)
        {
            if (change.Kind == ChangeKind.Require)
                continue;
            ref var slot = ref _ring[_next++ % Limit];
            _forgottenUpTo = Math.Max(_forgottenUpTo, slot.Index);
            slot = new Entry(index, new ChangedKey(change.Table, change.Key));
        }
    }

    /// <summary>Everything may have changed at this index.</summary>
    public void Reset(ulong index)
    {
        Array.Clear(_ring);
        _next = 0;
        _forgottenUpTo = index;
    }

    /// <summary>Distinct keys changed after the index, oldest first; null when some are forgotten.</summary>
    public ImmutableArray<ChangedKey>? Since(ulong index)
    {
        if (index < _forgottenUpTo)
            return null;
        var start = _next;
        while (start > Math.Max(0, _next - Limit) && _ring[(start - 1) % Limit].Index > index)
            start--;
        var seen = new HashSet<ChangedKey>();
        var keys = ImmutableArray.CreateBuilder<ChangedKey>();
        for (; start < _next; start++)
            if (seen.Add(_ring[start % Limit].Key))
                keys.Add(_ring[start % Limit].Key);
        return keys.ToImmutable();
    }

    private record struct Entry(ulong Index, ChangedKey Key);
}
