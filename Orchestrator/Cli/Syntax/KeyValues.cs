namespace Orchestrator.Cli.Syntax;

/// <summary><c>key=value</c> texts: labels, sysctls, options, environment.</summary>
public static class KeyValues
{
    /// <summary>null for no texts. A key alone has an empty value; a later text wins.</summary>
    public static IReadOnlyDictionary<string, string>? ToMap(IEnumerable<string> texts)
    {
        IReadOnlyDictionary<string, string>? map = null;
        foreach (var text in texts)
            map = With(map, text);
        return map;
    }

    public static IReadOnlyDictionary<string, string> With(IReadOnlyDictionary<string, string>? map, string text)
    {
        var key = KeyOf(text);
        if (string.IsNullOrWhiteSpace(key))
            throw new FormatException($"\"{text}\" has no key: write key=value");
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in map ?? ImmutableDictionary<string, string>.Empty)
            result[name] = value;
        result[key] = text.Length > key.Length ? text[(key.Length + 1)..] : "";
        return result;
    }

    public static IReadOnlyDictionary<string, string>? Without(
        IReadOnlyDictionary<string, string>? map, IReadOnlyList<string> keys)
    {
        if (map is null || keys.Count == 0)
            return map;
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in map.Where(pair => !keys.Contains(pair.Key, StringComparer.Ordinal)))
            result[name] = value;
        return result;
    }

    /// <summary>What stands before the first <c>=</c>.</summary>
    public static string KeyOf(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? text : text[..at];
    }

    /// <summary>Appends <paramref name="text"/>; an earlier one of the same key gives way.</summary>
    public static void Put(List<string> texts, string text)
    {
        var key = KeyOf(text);
        var at = texts.FindIndex(old => KeyOf(old) == key);
        if (at < 0)
            texts.Add(text);
        else
            texts[at] = text;
    }
}
