using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Rendering;

/// <summary>How JSON values look and count in a template.</summary>
internal static class TemplateValues
{
    private const string NoValue = "<no value>";

    public static string ToText(JsonNode? value) => value switch
    {
        null => NoValue,
        JsonValue leaf => LeafText(leaf),
        JsonArray list => $"[{string.Join(' ', list.Select(ToText))}]",
        JsonObject map => $"map[{string.Join(' ', map.Select(pair => $"{pair.Key}:{ToText(pair.Value)}"))}]",
        _ => JsonText.Compact(value),
    };

    private static string LeafText(JsonValue leaf) => leaf.GetValueKind() switch
    {
        JsonValueKind.String => leaf.GetValue<string>(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => JsonText.Compact(leaf),
    };

    public static bool IsTrue(JsonNode? value) => value switch
    {
        null => false,
        JsonArray list => list.Count > 0,
        JsonObject map => map.Count > 0,
        _ => LeafText(value.AsValue()) is not ("" or "false" or "0"),
    };

    public static int Count(JsonNode? value) => value switch
    {
        null => 0,
        JsonArray list => list.Count,
        JsonObject map => map.Count,
        _ => ToText(value).Length,
    };

    public static IEnumerable<JsonNode?> Elements(JsonNode? value) => value switch
    {
        null => [],
        JsonArray list => list,
        JsonObject map => map.Select(pair => pair.Value),
        _ => [value],
    };
}
