namespace Orchestrator.Api.Mapping;

/// <summary>Simple values between contracts (absent = null) and model (absent = empty).</summary>
internal static class Wire
{
    private const int NanosecondsInTick = 100;

    public static string? OrNull(string text) => text.Length == 0 ? null : text;

    public static IReadOnlyList<string>? OrNull(ImmutableArray<string> list) => list.IsEmpty ? null : list;

    public static IReadOnlyDictionary<string, string>? OrNull(ImmutableSortedDictionary<string, string> map) =>
        map.IsEmpty ? null : map;

    public static IReadOnlyList<TTo>? ListOrNull<TFrom, TTo>(ImmutableArray<TFrom> list, Func<TFrom, TTo> map) =>
        list.IsEmpty ? null : [.. list.Select(map)];

    /// <summary>A null among the values counts as an empty text, as Go reads it.</summary>
    public static ImmutableArray<string> Texts(IReadOnlyList<string>? list) =>
        list is null ? [] : [.. list.Select(text => text ?? "")];

    public static ImmutableSortedDictionary<string, string> Texts(IReadOnlyDictionary<string, string>? map) =>
        map is null or { Count: 0 }
            ? Model.StringMap.Empty
            : Model.StringMap.Empty.AddRange(map.Select(pair => KeyValuePair.Create(pair.Key, pair.Value ?? "")));

    public static ImmutableArray<TTo> List<TFrom, TTo>(IReadOnlyList<TFrom>? list, Func<TFrom, TTo> map)
        where TFrom : class, new() =>
        list is null ? [] : [.. list.Select(item => map(item ?? new TFrom()))];

    /// <summary>Nanoseconds as time; a part of a tick counts as a whole one: little is not nothing.</summary>
    public static TimeSpan Time(long nanoseconds, string field)
    {
        if (nanoseconds < 0)
            throw ApiException.Bad($"{field}: a duration cannot be negative");
        var part = nanoseconds % NanosecondsInTick == 0 ? 0 : 1;
        return TimeSpan.FromTicks((nanoseconds / NanosecondsInTick) + part);
    }

    public static TimeSpan? Time(long? nanoseconds, string field) =>
        nanoseconds is { } value ? Time(value, field) : null;

    public static long Nanoseconds(TimeSpan time) =>
        time.Ticks > long.MaxValue / NanosecondsInTick ? long.MaxValue : time.Ticks * NanosecondsInTick;

    public static long? Nanoseconds(TimeSpan? time) => time is { } value ? Nanoseconds(value) : null;
}
