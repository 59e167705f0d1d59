using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.Api.Http;

/// <summary>
/// The <c>filters</c> argument: <c>{"key":{"value":true}}</c>, or <c>{"key":["value"]}</c> from old clients.
/// </summary>
internal sealed class ListFilters
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    public bool IsEmpty => _values.Count == 0;

    /// <summary>The values of a key; empty = not filtered by it.</summary>
    public IReadOnlyList<string> this[string key] => _values.TryGetValue(key, out var list) ? list : [];

    /// <exception cref="ApiException">not readable, or a key that is not <paramref name="known"/></exception>
    public static ListFilters Of(HttpContext http, params ReadOnlySpan<string> known)
    {
        var filters = new ListFilters();
        var text = http.Argument("filters");
        if (text.Length == 0)
            return filters;
        try
        {
            using var json = JsonDocument.Parse(text);
            filters.Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ApiException.Bad("invalid filters: need JSON as {\"key\":{\"value\":true}}");
        }
        foreach (var key in filters._values.Keys)
            if (!known.Contains(key))
                throw ApiException.Bad($"Invalid filter '{key}'");
        return filters;
    }

    /// <summary>No value is asked for, or one of them fits.</summary>
    public bool Any(string key, Func<string, bool> fits) => this[key] is { Count: 0 } || this[key].Any(fits);

    public bool AnyPrefix(string key, string actual) =>
        Any(key, prefix => actual.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Each <c>name</c> is there and each <c>name=value</c> equal.</summary>
    public bool Labels(string key, IReadOnlyDictionary<string, string> labels) =>
        this[key].All(wanted => HasLabel(labels, wanted));

    private static bool HasLabel(IReadOnlyDictionary<string, string> labels, string wanted)
    {
        var equals = wanted.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? labels.ContainsKey(wanted)
            : labels.TryGetValue(wanted[..equals], out var value) && value == wanted[(equals + 1)..];
    }

    private void Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Null)
            return;
        foreach (var member in root.EnumerateObject())
            _values[member.Name] = member.Value.ValueKind == JsonValueKind.Array
                ? [.. member.Value.EnumerateArray().Select(value => value.GetString() ?? "")]
                : [.. member.Value.EnumerateObject().Select(value => value.Name)];
    }
}
