using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Rendering;

/// <summary>JSON for people and pipes: four spaces or none, and only what must be escaped is.</summary>
public static class JsonText
{
    private const int Indent = 4;

    public static string Compact(JsonNode? node) => Write(node, indented: false);

    public static string Indented(JsonNode? node) => Write(node, indented: true);

    private static string Write(JsonNode? node, bool indented)
    {
        if (node is null)
            return "null";
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Indented = indented,
            IndentSize = Indent,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var writer = new Utf8JsonWriter(buffer, options))
            node.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
