using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Rendering;

/// <summary>Prints whole objects, as <c>inspect</c> does: an indented JSON list, compact JSON, or a template for
/// each.</summary>
public static class ObjectView
{
    public static void Write(TextWriter output, IReadOnlyList<JsonNode> objects, TemplateSchema schema, string? format)
    {
        if (string.IsNullOrEmpty(format) || format == "json")
        {
            var list = new JsonArray([.. objects.Select(found => found.DeepClone())]);
            output.WriteLine(format == "json" ? JsonText.Compact(list) : JsonText.Indented(list));
            return;
        }
        var template = FormatOption.Parse(format);
        foreach (var found in objects)
            output.WriteLine(FormatOption.Render(template, format, found, schema));
    }
}
