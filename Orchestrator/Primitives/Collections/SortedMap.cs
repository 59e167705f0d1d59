using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Primitives.Collections;

/// <summary>
/// An immutable map of texts in ordinal order, as a B+ tree: several times faster to read and to change than
/// <see cref="ImmutableSortedDictionary{TKey, TValue}"/>, and smaller.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "a map is what everybody calls it")]
public sealed class SortedMap<T> : IReadOnlyDictionary<string, T>
{
    private readonly Page<T>? _root;

    internal SortedMap(Page<T>? root, int count)
    {
        _root = root;
        Count = count;
    }

    [SuppressMessage("Design", "CA1000", Justification = "as the immutable collections have it")]
    public static SortedMap<T> Empty { get; } = new(null, 0);

    public int Count { get; }

    public bool IsEmpty => Count == 0;

    public IEnumerable<string> Keys
    {
        get
        {
            foreach (var leaf in Leaves())
                for (var i = 0; i < leaf.Slots.Count; i++)
                    yield return leaf.Slots.Items[i].Key;
        }
    }

    public IEnumerable<T> Values
    {
        get
        {
            foreach (var leaf in Leaves())
                for (var i = 0; i < leaf.Slots.Count; i++)
                    yield return leaf.Slots.Items[i].Value;
        }
    }

    internal Page<T>? Root => _root;

    /// <exception cref="KeyNotFoundException">it is not there</exception>
    public T this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no '{key}' is there");

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) =>
        TryFind(_root, new SortKey(key), out value);

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public T? GetValueOrDefault(string key) => TryGetValue(key, out var value) ? value : default;

    public T GetValueOrDefault(string key, T fallback) => TryGetValue(key, out var value) ? value : fallback;

    public SortedMapBuilder<T> ToBuilder() => new(this);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator()
    {
        foreach (var leaf in Leaves())
            for (var i = 0; i < leaf.Slots.Count; i++)
                yield return KeyValuePair.Create(leaf.Slots.Items[i].Key, leaf.Slots.Items[i].Value);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static bool TryFind(Page<T>? page, in SortKey key, [MaybeNullWhen(false)] out T value)
    {
        while (page is Branch<T> branch)
            page = branch.Slots.Items[branch.SlotFor(key)].Value;
        if (page is Leaf<T> leaf && leaf.Slots.Find(key) is >= 0 and var at)
        {
            value = leaf.Slots.Items[at].Value;
            return true;
        }
        value = default;
        return false;
    }

    private IEnumerable<Leaf<T>> Leaves() => _root switch
    {
        null => [],
        Leaf<T> only => [only],
        var root => LeavesBelow(root),
    };

    private static IEnumerable<Leaf<T>> LeavesBelow(Page<T> root)
    {
        var open = new Stack<Page<T>>();
        open.Push(root);
        while (open.TryPop(out var page))
            if (page is Leaf<T> leaf)
                yield return leaf;
            else if (page is Branch<T> branch)
                for (var i = branch.Count - 1; i >= 0; i--)
                    open.Push(branch.Slots.Items[i].Value);
    }
}
