using Orchestrator.Primitives.Collections;

namespace Orchestrator.Tests.Builders;

internal static class SortedMaps
{
    public static SortedMap<T> SetItems<T>(this SortedMap<T> map, IEnumerable<KeyValuePair<string, T>> items) =>
        items.Aggregate(map, (changed, item) => changed.SetItem(item.Key, item.Value));

    public static SortedMap<T> ToSortedMap<T>(this IEnumerable<T> values, Func<T, string> keyOf) =>
        SortedMap<T>.Empty.SetItems(values.Select(value => KeyValuePair.Create(keyOf(value), value)));
}
