using Orchestrator.Primitives.Collections;

namespace Orchestrator.Tests.Builders;

internal static class SortedMaps
{
    public static SortedMap<T> SetItem<T>(this SortedMap<T> map, string key, T value)
    {
        var builder = map.ToBuilder();
        builder[key] = value;
        return builder.ToImmutable();
    }

    public static SortedMap<T> Remove<T>(this SortedMap<T> map, string key)
    {
        var builder = map.ToBuilder();
        builder.Remove(key);
        return builder.ToImmutable();
    }

    public static SortedMap<T> SetItems<T>(this SortedMap<T> map, IEnumerable<KeyValuePair<string, T>> items) =>
        items.Aggregate(map, (changed, item) => changed.SetItem(item.Key, item.Value));

    public static SortedMap<T> ToSortedMap<T>(this IEnumerable<T> values, Func<T, string> keyOf) =>
        SortedMap<T>.Empty.SetItems(values.Select(value => KeyValuePair.Create(keyOf(value), value)));
}
