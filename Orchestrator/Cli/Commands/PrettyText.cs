namespace Orchestrator.Cli.Commands;

/// <summary>Names and values in two columns, indented by depth. What is empty is left out.</summary>
internal sealed class PrettyText(TextWriter output)
{
    private const int Column = 24;

    public void Title(string name) => output.WriteLine($"{name}:");

    public void Line(string name, string? value, int depth = 0)
    {
        if (!string.IsNullOrEmpty(value))
            output.WriteLine($"{new string(' ', depth)}{(name + ":").PadRight(Column - depth)}{value}");
    }

    public void Map(string name, IReadOnlyDictionary<string, string>? map)
    {
        if (map is null or { Count: 0 })
            return;
        Title(name);
        foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            output.WriteLine($" - {key}{(value.Length > 0 ? "=" + value : "")}");
    }

    public void List(string name, IEnumerable<string>? values, int depth = 0) =>
        Line(name, values is null ? null : string.Join(", ", values), depth);
}
