using System.Runtime.InteropServices;

namespace Orchestrator.Primitives.Collections;

/// <summary>
/// Changes a map of maps: each inner one that is changed is opened once, however many of its entries change. One that
/// gets empty is left out.
/// </summary>
public sealed class GroupedMapBuilder<T>(SortedMap<SortedMap<T>> maps)
{
    private readonly SortedMapBuilder<SortedMap<T>> _groups = maps.ToBuilder();
    private readonly Dictionary<string, SortedMapBuilder<T>> _open = new(StringComparer.Ordinal);

    /// <summary>The inner map, to be changed until <see cref="ToImmutable"/>.</summary>
    public SortedMapBuilder<T> Open(string group)
    {
        ref var open = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, group, out _);
        return open ??= _groups.GetValueOrDefault(group, SortedMap<T>.Empty).ToBuilder();
    }

    public SortedMap<SortedMap<T>> ToImmutable()
    {
        foreach (var (group, open) in _open)
            if (open.Count == 0)
                _groups.Remove(group);
            else
                _groups[group] = open.ToImmutable();
        _open.Clear();
        return _groups.ToImmutable();
    }
}
