using System.Text;

namespace Orchestrator.Cli.Syntax;

/// <summary><c>key=value,key=value</c> as --mount, --publish and their like use it; a field in double quotes may hold
/// commas.</summary>
public static class CsvFields
{
    public static IReadOnlyList<KeyValuePair<string, string?>> ParsePairs(string text) =>
        Split(text).Select(ToPair).ToList();

    /// <summary>The key in lower case; the value null when there is no <c>=</c>.</summary>
    private static KeyValuePair<string, string?> ToPair(string field)
    {
        var at = field.IndexOf('=', StringComparison.Ordinal);
        var key = (at < 0 ? field : field[..at]).Trim().ToLowerInvariant();
        return key.Length == 0
            ? throw new FormatException($"the field \"{field}\" has no key: write key=value,key=value")
            : new(key, at < 0 ? null : field[(at + 1)..]);
    }

    public static IReadOnlyList<string> Split(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[++i]);
            else if (c == '"' && (quoted || field.Length == 0))
                quoted = !quoted;
            else if (c == ',' && !quoted)
                TakeField(fields, field);
            else
                field.Append(c);
        }
        if (quoted)
            throw new FormatException("a double quote is never closed");
        TakeField(fields, field);
        return fields;
    }

    private static void TakeField(List<string> fields, StringBuilder field)
    {
        fields.Add(field.ToString());
        field.Clear();
    }

    /// <summary><c>true|false|1|0|yes|no|on|off</c>; a bare key means true.</summary>
    public static bool ParseBool(string key, string? value) => value?.ToLowerInvariant() switch
    {
        null or "true" or "1" or "t" or "yes" or "on" => true,
        "false" or "0" or "f" or "no" or "off" => false,
        _ => throw new FormatException($"{key}={value}: use true or false"),
    };

    public static string Required(string key, string? value) =>
        string.IsNullOrEmpty(value) ? throw new FormatException($"{key} needs a value: {key}=…") : value;
}
