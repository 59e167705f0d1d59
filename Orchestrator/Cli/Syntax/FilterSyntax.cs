using System.Text;
using System.Text.Json;

namespace Orchestrator.Cli.Syntax;

/// <summary>--filter key=value, as the JSON of the <c>filters</c> query parameter.</summary>
public static class FilterSyntax
{
    /// <summary>null for no filters.</summary>
    public static string? ToJson(IReadOnlyList<KeyValuePair<string, string>> filters) =>
        filters.Count == 0 ? null : Write(filters);

    private static string Write(IReadOnlyList<KeyValuePair<string, string>> filters)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var group in filters.GroupBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WriteStartObject(group.Key);
                foreach (var value in group.Select(pair => pair.Value).Distinct(StringComparer.Ordinal))
                    writer.WriteBoolean(value, true);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <param name="allowed">keys this list understands; empty = leave that to the server</param>
    public static KeyValuePair<string, string> Parse(string text, params string[] allowed)
    {
        var key = KeyValues.KeyOf(text);
        if (key.Length == text.Length)
            throw new FormatException($"\"{text}\" is not key=value: write it like name=web");
        key = key.Trim().ToLowerInvariant();
        if (allowed.Length > 0 && !allowed.Contains(key, StringComparer.Ordinal))
            throw new FormatException($"unknown filter \"{key}\": known are {string.Join(", ", allowed)}");
        return new(key, text[(KeyValues.KeyOf(text).Length + 1)..].Trim());
    }
}
