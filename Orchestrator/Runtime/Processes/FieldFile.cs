using System.Text;
using Orchestrator.Primitives;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Small files of <c>name=value</c> entries, each ended by a zero byte, which can stand in no argument, variable or
/// path. Old shims and new daemons read each other's files: unknown names are skipped, absent ones are empty. No JSON,
/// to keep the shim small.
/// </summary>
internal sealed class FieldFile
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    internal void Add(string name, string value)
    {
        if (value.Length > 0)
            _fields.Add(new(name, value));
    }

    internal void AddAll(string name, IEnumerable<string> values)
    {
        foreach (var value in values)
            _fields.Add(new(name, value));
    }

    internal void Add(string name, long value)
    {
        if (value != 0)
            _fields.Add(new(name, value.ToString()));
    }

    internal string Text(string name)
    {
        foreach (var field in _fields)
            if (field.Key == name)
                return field.Value;
        return "";
    }

    internal long Number(string name) => long.TryParse(Text(name), out var number) ? number : 0;

    internal ImmutableArray<string> All(string name)
    {
        var values = ImmutableArray.CreateBuilder<string>();
        foreach (var field in _fields)
            if (field.Key == name)
                values.Add(field.Value);
        return values.ToImmutable();
    }

    /// <summary>Whole or not at all, readable by the owner only: the environment may hold secrets.</summary>
    internal void Save(string path)
    {
        var text = new StringBuilder();
        foreach (var field in _fields)
            text.Append(field.Key).Append('=').Append(field.Value).Append('\0');
        DurableFile.Replace(path, Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <returns>null when there is no such file</returns>
    internal static FieldFile? Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        var fields = new FieldFile();
        foreach (var entry in text.Split('\0', StringSplitOptions.RemoveEmptyEntries))
            if (entry.IndexOf('=', StringComparison.Ordinal) is var split and > 0)
                fields._fields.Add(new(entry[..split], entry[(split + 1)..]));
        return fields;
    }
}
