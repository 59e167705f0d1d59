using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Rendering;

/// <summary>Prints rows as a table, as JSON lines, or through a template.</summary>
/// <param name="columns">all that can be asked for</param>
/// <param name="shown">fields of the plain table, in order</param>
public sealed class ListView<T>(IReadOnlyList<Column<T>> columns, IReadOnlyList<string> shown)
{
    private const string TablePrefix = "table";

    private readonly TemplateSchema _schema = TemplateSchema.Of(columns.Select(column => column.Field).ToList());

    /// <param name="format">null or <c>table</c>, <c>json</c>, <c>table TEMPLATE</c>, or a template</param>
    /// <exception cref="CliException">the template is wrong</exception>
    public void Write(TextWriter output, IReadOnlyList<T> rows, string? format)
    {
        if (string.IsNullOrEmpty(format) || format == TablePrefix)
            WriteTable(output, rows);
        else if (format == "json")
            WriteLines(output, rows, "{{json .}}");
        else if (format.StartsWith(TablePrefix + " ", StringComparison.Ordinal))
            WriteTable(output, rows, format[TablePrefix.Length..].TrimStart());
        else
            WriteLines(output, rows, format);
    }

    private void WriteTable(TextWriter output, IReadOnlyList<T> rows)
    {
        var selected = shown.Select(field => columns.Single(column => column.Field == field)).ToList();
        var table = new TextTable();
        table.Add(selected.Select(column => column.Header).ToArray());
        foreach (var row in rows)
            table.Add(selected.Select(column => column.Value(row)).ToArray());
        table.WriteTo(output);
    }

    private void WriteTable(TextWriter output, IReadOnlyList<T> rows, string format)
    {
        var template = FormatOption.Parse(format);
        var headers = new JsonObject();
        foreach (var column in columns)
            headers[column.Field] = column.Header;
        var table = new TextTable();
        table.Add(FormatOption.Render(template, format, headers, _schema).Split('\t'));
        foreach (var row in rows)
            table.Add(FormatOption.Render(template, format, ToJson(row), _schema).Split('\t'));
        table.WriteTo(output);
    }

    private void WriteLines(TextWriter output, IReadOnlyList<T> rows, string format)
    {
        var template = FormatOption.Parse(format);
        if (rows.Count == 0)
            FormatOption.Render(
                template, format, ToEmptyJson(), _schema); // a misspelt field is an error in an empty list, too
        foreach (var row in rows)
            output.WriteLine(FormatOption.Render(template, format, ToJson(row), _schema));
    }

    private JsonObject ToJson(T row)
    {
        var json = new JsonObject();
        foreach (var column in columns)
            json[column.Field] = column.Value(row);
        return json;
    }

    private JsonObject ToEmptyJson()
    {
        var json = new JsonObject();
        foreach (var column in columns)
            json[column.Field] = "";
        return json;
    }
}
