using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Rendering;

/// <summary>What a template can call.</summary>
internal static class TemplateFunctions
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "json", "upper", "lower", "title", "join", "split", "len", "index", "eq", "ne", "not", "and", "or", "print",
        "println",
        "truncate",
    ];

    public static JsonNode? Call(CallExpression call, IReadOnlyList<JsonNode?> arguments)
    {
        JsonNode? Argument(int i) => i < arguments.Count
            ? arguments[i]
            : throw new TemplateException($"{call.Function} needs {i + 1} values or more", call.Position);

        return call.Function switch
        {
            "json" => JsonText.Compact(Argument(0)),
            "upper" => TemplateValues.ToText(Argument(0)).ToUpperInvariant(),
            "lower" => TemplateValues.ToText(Argument(0)).ToLowerInvariant(),
            "title" => Title(TemplateValues.ToText(Argument(0))),
            "join" => string.Join(
                TemplateValues.ToText(Argument(1)), TemplateValues.Elements(Argument(0)).Select(TemplateValues.ToText)),
            "split" => Split(TemplateValues.ToText(Argument(0)), TemplateValues.ToText(Argument(1))),
            "len" => TemplateValues.Count(Argument(0)),
            "index" => Index(Argument(0), arguments.Skip(1), call.Position),
            "eq" => arguments.Skip(1).Any(other => TemplateValues.ToText(other) == TemplateValues.ToText(Argument(0))),
            "ne" => TemplateValues.ToText(Argument(0)) != TemplateValues.ToText(Argument(1)),
            "not" => !TemplateValues.IsTrue(Argument(0)),
            "and" => arguments.FirstOrDefault(value => !TemplateValues.IsTrue(value), Argument(arguments.Count - 1)),
            "or" => arguments.FirstOrDefault(TemplateValues.IsTrue, Argument(arguments.Count - 1)),
            "print" => string.Concat(arguments.Select(TemplateValues.ToText)),
            "println" => string.Join(' ', arguments.Select(TemplateValues.ToText)) + "\n",
            "truncate" =>
                Truncate(TemplateValues.ToText(Argument(0)), TemplateValues.ToText(Argument(1)), call.Position),
            _ => throw new TemplateException($"unknown function \"{call.Function}\"", call.Position),
        };
    }

    private static string Title(string text) => text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..];

    private static JsonArray Split(string text, string separator)
    {
        var parts = new JsonArray();
        foreach (var part in text.Split(separator))
            parts.Add((JsonNode?)part);
        return parts;
    }

    private static JsonNode? Index(JsonNode? value, IEnumerable<JsonNode?> keys, int position)
    {
        foreach (var key in keys)
            value = Index(value, TemplateValues.ToText(key), position);
        return value;
    }

    private static JsonNode? Index(JsonNode? value, string key, int position) => value switch
    {
        JsonObject map => map[key],
        JsonArray list when int.TryParse(key, CultureInfo.InvariantCulture, out var i) && i >= 0 && i < list.Count =>
            list[i],
        JsonArray list => throw new TemplateException($"index {key} is not one of {list.Count} elements", position),
        _ => null,
    };

    private static string Truncate(string text, string length, int position) =>
        int.TryParse(length, CultureInfo.InvariantCulture, out var count) && count >= 0
            ? text[..Math.Min(count, text.Length)]
            : throw new TemplateException("truncate needs a text and a number", position);
}
