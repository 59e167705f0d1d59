namespace Orchestrator.Cli.Syntax;

/// <summary>--env and --env-file. A name without a value takes the value of the caller's environment, if it has
/// one.</summary>
public sealed class EnvironmentSyntax(Func<string, string?> variable, Func<string, string> readFile)
{
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>Files first, then single settings; the last one of a name wins.</summary>
    public IReadOnlyList<string> Collect(IEnumerable<string> files, IEnumerable<string> settings)
    {
        var result = new List<string>();
        foreach (var line in files.SelectMany(ReadLines))
            KeyValues.Put(result, line);
        foreach (var setting in settings)
            KeyValues.Put(result, Resolve(setting));
        return result;
    }

    public string Resolve(string setting)
    {
        if (KeyValues.KeyOf(setting).Length == 0)
            throw new FormatException($"\"{setting}\" has no name: write NAME=value");
        if (setting.Contains('=', StringComparison.Ordinal))
            return setting;
        return variable(setting) is { } value ? $"{setting}={value}" : setting;
    }

    private IEnumerable<string> ReadLines(string path)
    {
        var lines = Read(path).TrimStart(ByteOrderMark).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r').TrimStart();
            if (line.Length > 0 && !line.StartsWith('#') && ParseLine(line, path, i + 1) is { } setting)
                yield return setting;
        }
    }

    private string Read(string path)
    {
        try
        {
            return readFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"cannot read {path}: {e.Message}");
        }
    }

    /// <summary>null for a bare name that is not set here: such a line has no effect.</summary>
    private string? ParseLine(string line, string path, int number)
    {
        var name = KeyValues.KeyOf(line);
        if (name.Length == 0)
            throw new FormatException($"{path}, line {number}: no name before the =");
        if (name.Any(char.IsWhiteSpace))
            throw new FormatException($"{path}, line {number}: the name \"{name}\" contains white space");
        var setting = Resolve(line);
        return setting.Contains('=', StringComparison.Ordinal) ? setting : null;
    }
}
