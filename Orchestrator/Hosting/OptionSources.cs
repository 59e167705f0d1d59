using System.Text.Json;

namespace Orchestrator.Hosting;

/// <summary>Settings by precedence: flags over <c>SWARMNET_*</c> environment over the configuration file.</summary>
/// <param name="Flags">values given on the command line, by name without dashes</param>
/// <param name="Environment">looks up an environment variable</param>
/// <param name="File">the configuration file's values, by the same names</param>
public sealed record OptionSources(
    IReadOnlyDictionary<string, string[]> Flags,
    Func<string, string?> Environment,
    IReadOnlyDictionary<string, string[]> File)
{
    /// <summary>The value and where it came from, for error messages; null when nobody set it.</summary>
    public Setting? Find(string name)
    {
        if (Flags.TryGetValue(name, out var given) && given.Length > 0)
            return new Setting([.. given], $"--{name}");
        var variable = $"SWARMNET_{name.Replace('-', '_').ToUpperInvariant()}";
        if (Environment(variable) is { Length: > 0 } text)
            return new Setting(
                [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)], variable);
        return File.TryGetValue(name, out var configured)
            ? new Setting([.. configured], $"'{name}' in the configuration file")
            : null;
    }

    /// <summary>Reads the configuration file: one JSON object of strings and lists of strings.</summary>
    /// <exception cref="OptionException">the file is there but cannot be used</exception>
    public static IReadOnlyDictionary<string, string[]> ReadFile(string path, IReadOnlyCollection<string> knownNames)
    {
        if (!System.IO.File.Exists(path))
            return new Dictionary<string, string[]>();
        try
        {
            using var document = JsonDocument.Parse(
                System.IO.File.ReadAllBytes(path),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Read(document.RootElement, path, knownNames);
        }
        catch (JsonException exception)
        {
            throw new OptionException($"{path} is not valid JSON: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OptionException($"{path} cannot be read: {exception.Message}");
        }
    }

    private static Dictionary<string, string[]> Read(
        JsonElement root, string path, IReadOnlyCollection<string> knownNames)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new OptionException($"{path}: expected one JSON object with settings");
        var values = new Dictionary<string, string[]>();
        foreach (var property in root.EnumerateObject())
        {
            if (!knownNames.Contains(property.Name))
                throw new OptionException(
                    $"{path}: unknown setting '{property.Name}'; known are {string.Join(", ", knownNames)}");
            values[property.Name] = property.Value.ValueKind switch
            {
                JsonValueKind.String => [property.Value.GetString()!],
                JsonValueKind.Array when property.Value.EnumerateArray()
                    .All(v => v.ValueKind == JsonValueKind.String) =>
                    [.. property.Value.EnumerateArray().Select(v => v.GetString()!)],
                _ => throw new OptionException($"{path}: '{property.Name}' must be a string or a list of strings"),
            };
        }
        return values;
    }
}

/// <summary>A setting's values, and its name where the user wrote it.</summary>
public sealed record Setting(ImmutableArray<string> Values, string Source);

/// <summary>A setting cannot be used; the message says which, where and why.</summary>
public sealed class OptionException(string message) : Exception(message);
