using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Rendering;

/// <summary>Prints the one object there is, as JSON or through a template.</summary>
public static class SingleView
{
    public static void Write(TextWriter output, JsonNode value, TemplateSchema schema, string format) =>
        output.WriteLine(format == "json"
            ? JsonText.Compact(value)
            : FormatOption.Render(FormatOption.Parse(format), format, value, schema));
}
