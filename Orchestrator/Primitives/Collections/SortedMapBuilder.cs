using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Primitives.Collections;

/// <summary>
/// Changes a <see cref="SortedMap{T}"/>: pages that the map shares with others are copied once. For one thread.
/// </summary>
public sealed class SortedMapBuilder<T>
{
    private SortedMap<T>? _unchanged;
    private Page<T>? _root;

    /// <summary>Of the pages that may be changed in place; null when all were handed out.</summary>
    private object? _owner;

    internal SortedMapBuilder(SortedMap<T> map)
    {
        _unchanged = map;
        _root = map.Root;
        Count = map.Count;
    }

    public int Count { get; private set; }

    /// <summary>The values as they are now, in the order of their keys; later changes do not touch them.</summary>
    public IEnumerable<T> Values => ToImmutable().Values;

    /// <exception cref="KeyNotFoundException">it is not there</exception>
    public T this[string key]
    {
        get => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no '{key}' is there");
        set => Put(new SortKey(key), value);
    }

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) =>
        SortedMap<T>.TryFind(_root, new SortKey(key), out value);

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public T? GetValueOrDefault(string key) => TryGetValue(key, out var value) ? value : default;

    public T GetValueOrDefault(string key, T fallback) => TryGetValue(key, out var value) ? value : fallback;

    /// <returns>whether it was there</returns>
    public bool Remove(string key)
    {
        var sought = new SortKey(key);
        if (_root is null || !SortedMap<T>.TryFind(_root, sought, out _))
            return false; // looked up first: what is not there copies no page
        BeginChange();
        _root = Without(_root, sought);
        while (_root is Branch<T> { Count: 1 } branch)
            _root = branch.Slots.Items[0].Value;
        if (_root.Count == 0)
            _root = null;
        Count--;
        return true;
    }

    /// <summary>The map as it is now; the builder may be used further.</summary>
    public SortedMap<T> ToImmutable()
    {
        _owner = null;
        return _unchanged ??= Count == 0 ? SortedMap<T>.Empty : new SortedMap<T>(_root, Count);
    }

    private void BeginChange()
    {
        _unchanged = null;
        _owner ??= new();
    }

    private void Put(in SortKey key, T value)
    {
        BeginChange();
        if (_root is null)
        {
            var only = new Slots<T> { Items = new Slot<T>[1] };
            only.Insert(0, key, value);
            _root = new Leaf<T>(_owner!, only);
            Count = 1;
            return;
        }
        _root = With(_root, key, value, out var second);
        if (second is null)
            return;
        var slots = new Slots<Page<T>> { Items = new Slot<Page<T>>[2] };
        slots.Insert(0, SeparatorOf(_root), _root);
        slots.Insert(1, SeparatorOf(second), second);
        _root = new Branch<T>(_owner!, slots);
    }

    /// <param name="second">what did not fit into the page any more</param>
    private Page<T> With(Page<T> page, in SortKey key, T value, out Page<T>? second)
    {
        second = null;
        if (page is Branch<T> shared)
        {
            var branch = Owned(shared);
            var at = branch.SlotFor(key);
            ref var first = ref branch.Slots.Items[0];
            if (at == 0 && SortKey.Compare(first.Head, first.Key, key) > 0)
                (first.Head, first.Key) = (key.Head, key.Text);
            branch.Slots.Items[at].Value = With(branch.Slots.Items[at].Value, key, value, out var split);
            if (split is not null && Insert(ref branch.Slots, at + 1, SeparatorOf(split), split) is { } pages)
                second = new Branch<T>(_owner!, pages);
            return branch;
        }
        var leaf = Owned((Leaf<T>)page);
        var place = leaf.Slots.Find(key);
        if (place >= 0)
        {
            leaf.Slots.Items[place].Value = value;
            return leaf;
        }
        Count++;
        if (Insert(ref leaf.Slots, ~place, key, value) is { } values)
            second = new Leaf<T>(_owner!, values);
        return leaf;
    }

    /// <returns>the second half when all did not fit; what comes in order fills page after page</returns>
    private static Slots<TValue>? Insert<TValue>(ref Slots<TValue> slots, int at, in SortKey key, TValue value)
    {
        if (slots.Count < PageSize.Most)
        {
            slots.Insert(at, key, value);
            return null;
        }
        var half = at == slots.Count ? at : slots.Count / 2;
        var second = slots.CutAt(half);
        if (at >= half)
            second.Insert(at - half, key, value);
        else
            slots.Insert(at, key, value);
        return second;
    }

    private Page<T> Without(Page<T> page, in SortKey key)
    {
        if (page is Leaf<T> shared)
        {
            var leaf = Owned(shared);
            leaf.Slots.RemoveAt(leaf.Slots.Find(key));
            return leaf;
        }
        var branch = Owned((Branch<T>)page);
        var at = branch.SlotFor(key);
        var child = Without(branch.Slots.Items[at].Value, key);
        branch.Slots.Items[at].Value = child;
        if (child.Count == 0)
            branch.Slots.RemoveAt(at);
        else if (child.Count < PageSize.Least)
            Join(branch, at > 0 ? at - 1 : at);
        return branch;
    }

    /// <summary>Makes one page of this one and the next, when they fit.</summary>
    private void Join(Branch<T> parent, int at)
    {
        if (at + 1 >= parent.Count)
            return;
        ref var left = ref parent.Slots.Items[at];
        var right = parent.Slots.Items[at + 1];
        if (left.Value.Count + right.Value.Count > PageSize.Most)
            return;
        if (left.Value is Leaf<T> leaf)
        {
            var joined = Owned(leaf);
            joined.Slots.Append(((Leaf<T>)right.Value).Slots);
            left.Value = joined;
        }
        else
        {
            var joined = Owned((Branch<T>)left.Value);
            joined.Slots.Append(((Branch<T>)right.Value).Slots);
            left.Value = joined;
        }
        parent.Slots.RemoveAt(at + 1);
    }

    private static SortKey SeparatorOf(Page<T> page) => page switch
    {
        Leaf<T> leaf => SortKey.Stored(leaf.Slots.Items[0].Key, leaf.Slots.Items[0].Head),
        Branch<T> branch => SortKey.Stored(branch.Slots.Items[0].Key, branch.Slots.Items[0].Head),
        _ => throw new InvariantException("a page is a leaf or a branch"),
    };

    private Leaf<T> Owned(Leaf<T> leaf) => leaf.Owner == _owner ? leaf : new Leaf<T>(_owner!, leaf.Slots.Copy());

    private Branch<T> Owned(Branch<T> branch) =>
        branch.Owner == _owner ? branch : new Branch<T>(_owner!, branch.Slots.Copy());
}
