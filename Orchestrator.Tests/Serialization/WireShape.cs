using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Serialization;

/// <summary>
/// The MessagePack form of a value as JSON, built from the attributes alone: a second opinion on the formatters,
/// and the comparison of values whose records hold arrays. Timestamps are <c>{"timestamp": [seconds, nanoseconds]}</c>,
/// binary data <c>{"hex": "…"}</c>, maps <c>{"map": [[key, value], …]}</c>.
/// </summary>
internal static class WireShape
{
    public static string Text(object? value, Type? declared = null) =>
        Of(value, declared)?.ToJsonString() ?? "null";

    /// <param name="value">any value that Serialization writes</param>
    /// <param name="declared">the type it is written as, when that may be a union</param>
    public static JsonNode? Of(object? value, Type? declared = null)
    {
        if (value is null)
            return null;
        if (declared is not null && Keyed.TagsOf(declared) is { Length: > 0 } tags)
            return new JsonArray(tags.Single(u => u.SubType == value.GetType()).Tag, Of(value));
        if (Keyed.IsRecord(value.GetType()))
            return Record(value);
        if (Keyed.IsStringId(value.GetType()))
            return value.ToString();
        return value switch
        {
            Enum number => JsonNode.Parse(number.ToString("d")),
            TimeSpan duration => duration.Ticks,
            DateTimeOffset moment => Moment(moment),
            ReadOnlyMemory<byte> bytes => Single("hex", Convert.ToHexStringLower(bytes.Span)),
            ImmutableSortedDictionary<string, string> map => Map(map),
            IEnumerable items when value is not string => Items(items),
            _ => Scalar(value),
        };
    }

    private static JsonValue? Scalar(object value) => value switch
    {
        bool b => JsonValue.Create(b),
        string s => JsonValue.Create(s),
        double d => JsonValue.Create(d),
        _ => JsonValue.Create(Convert.ToDecimal(value, CultureInfo.InvariantCulture)),
    };

    private static JsonArray Items(IEnumerable items)
    {
        var declared = Keyed.ItemOf(items.GetType());
        return new JsonArray([.. items.Cast<object?>().Select(item => Of(item, declared))]);
    }

    private static JsonArray Record(object value)
    {
        var slots = new JsonArray();
        foreach (var member in Keyed.MembersOf(value.GetType()))
        {
            while (slots.Count < Keyed.KeyOf(member))
                slots.Add(null);
            slots.Add(Of(member.GetValue(value), member.PropertyType));
        }
        return slots;
    }

    private static JsonObject Moment(DateTimeOffset moment)
    {
        var ticks = (moment - DateTimeOffset.UnixEpoch).Ticks;
        var seconds = (long)Math.Floor(ticks / (decimal)TimeSpan.TicksPerSecond);
        return Single("timestamp", new JsonArray(seconds, (ticks - (seconds * TimeSpan.TicksPerSecond)) * 100));
    }

    private static JsonObject Map(ImmutableSortedDictionary<string, string> map) =>
        Single("map", new JsonArray([.. map.Select(pair => new JsonArray(pair.Key, pair.Value))]));

    private static JsonObject Single(string name, JsonNode value) => new() { [name] = value };
}
