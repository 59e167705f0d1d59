using System.Text;

namespace Orchestrator.Cli.Client;

/// <summary>Builds request paths with everything escaped.</summary>
internal static class ApiQuery
{
    public static string Path(string collection, string name, string suffix = "") =>
        $"/{collection}/{Uri.EscapeDataString(name)}{suffix}";

    /// <summary>Appends the parameters that have a value.</summary>
    public static string With(string path, params (string Name, string? Value)[] parameters)
    {
        var text = new StringBuilder(path);
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in parameters)
        {
            if (value is null)
                continue;
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        return text.ToString();
    }
}
