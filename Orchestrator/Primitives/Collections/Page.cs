namespace Orchestrator.Primitives.Collections;

internal static class PageSize
{
    /// <summary>Most slots of a page: a search reads few cache lines, and a copy is cheap.</summary>
    public const int Most = 16;

    /// <summary>A page with fewer slots is joined with its neighbour when both fit into one.</summary>
    public const int Least = Most / 4;
}

/// <summary>One page of a B+ tree: a leaf with values or a branch with pages.</summary>
/// <param name="owner">whoever may change this page in place; anybody else makes a copy</param>
internal abstract class Page<T>(object owner)
{
    public object Owner => owner;

    public abstract int Count { get; }
}

internal struct Slot<TValue>
{
    public ulong Head;
    public string Key;
    public TValue Value;
}

/// <summary>Slots in the order of their keys, as many as are in use, in an array that grows by doubling.</summary>
internal struct Slots<TValue>
{
    public Slot<TValue>[] Items;
    public int Count;

    /// <summary>Where the key is, or the complement of where it belongs.</summary>
    public readonly int Find(in SortKey key)
    {
        var items = Items;
        var low = 0;
        var high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            ref readonly var slot = ref items[middle];
            var order = SortKey.Compare(slot.Head, slot.Key, key);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return ~low;
    }

    public readonly Slots<TValue> Copy() => new() { Items = (Slot<TValue>[])Items.Clone(), Count = Count };

    public void Insert(int at, in SortKey key, TValue value)
    {
        if (Count == Items.Length)
            Array.Resize(ref Items, Math.Min(PageSize.Most, Math.Max(1, Items.Length * 2)));
        Array.Copy(Items, at, Items, at + 1, Count - at);
        Items[at] = new() { Head = key.Head, Key = key.Text, Value = value };
        Count++;
    }

    public void RemoveAt(int at)
    {
        Count--;
        Array.Copy(Items, at + 1, Items, at, Count - at);
        Items[Count] = default;
    }

    /// <summary>Takes the slots from there on into slots of their own.</summary>
    public Slots<TValue> CutAt(int at)
    {
        var cut = new Slots<TValue> { Items = new Slot<TValue>[PageSize.Most], Count = Count - at };
        Array.Copy(Items, at, cut.Items, 0, cut.Count);
        Array.Clear(Items, at, cut.Count);
        Count = at;
        return cut;
    }

    public void Append(in Slots<TValue> more)
    {
        if (Count + more.Count > Items.Length)
            Array.Resize(ref Items, PageSize.Most);
        Array.Copy(more.Items, 0, Items, Count, more.Count);
        Count += more.Count;
    }
}

internal sealed class Leaf<T>(object owner, Slots<T> slots) : Page<T>(owner)
{
    public Slots<T> Slots = slots;

    public override int Count => Slots.Count;
}

/// <summary>The key of a slot is greater than all keys before it and not greater than those of its page.</summary>
internal sealed class Branch<T>(object owner, Slots<Page<T>> slots) : Page<T>(owner)
{
    public Slots<Page<T>> Slots = slots;

    public override int Count => Slots.Count;

    /// <summary>The slot whose page holds the key, if any does.</summary>
    public int SlotFor(in SortKey key)
    {
        var at = Slots.Find(key);
        return Math.Max(0, at >= 0 ? at : ~at - 1);
    }
}
