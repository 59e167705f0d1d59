using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Rendering;

/// <summary>The value of --format, with its errors pointed at.</summary>
internal static class FormatOption
{
    /// <exception cref="CliException">the template is wrong</exception>
    public static TextTemplate Parse(string format)
    {
        var text = Unescape(format);
        try
        {
            return TextTemplate.Parse(text);
        }
        catch (TemplateException e)
        {
            throw Explain(e, text);
        }
    }

    public static string Render(TextTemplate template, string format, JsonNode? value, TemplateSchema schema)
    {
        try
        {
            return template.Render(value, schema);
        }
        catch (TemplateException e)
        {
            throw Explain(e, Unescape(format));
        }
    }

    /// <summary>The shell hands <c>\t</c> and <c>\n</c> through as two characters.</summary>
    private static string Unescape(string format) =>
        format.Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);

    private static CliException Explain(TemplateException error, string text)
    {
        var line = text.Replace('\t', ' ').Replace('\n', ' ');
        var pointer = new string(' ', Math.Clamp(error.Position - 1, 0, line.Length));
        return CliException.Usage(
            $"bad --format: {error.Message}",
            $"{line}\n{pointer}^ here (character {error.Position})",
            "See all fields of a row: --format json");
    }
}
