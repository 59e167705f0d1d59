namespace Orchestrator.Cli.Logs;

/// <summary>A log line and where it comes from.</summary>
/// <param name="Time">RFC 3339; "" unless it was asked for</param>
internal sealed record ParsedLine(string Time, string NodeId, string ServiceId, string TaskId)
{
    /// <summary>Other attributes, <c>key=value</c> by commas.</summary>
    public string Details { get; init; } = "";

    /// <summary>With its line end.</summary>
    public string Message { get; init; } = "";
}

/// <summary><c>[time ]key=value,key=value message</c>: keys and values are escaped as in a URL's query.</summary>
internal static class LogLineParser
{
    private const string Prefix = "com.docker.swarm.";

    public static ParsedLine Parse(string text, bool withTime)
    {
        var time = withTime ? Take(ref text) : "";
        var own = new Dictionary<string, string>(StringComparer.Ordinal);
        var others = new List<string>();
        foreach (var pair in Take(ref text).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            var key = Unescape(at < 0 ? pair : pair[..at]);
            if (key.StartsWith(Prefix, StringComparison.Ordinal))
                own[key[Prefix.Length..]] = at < 0 ? "" : Unescape(pair[(at + 1)..]);
            else
                others.Add(pair);
        }
        return new ParsedLine(
            time, own.GetValueOrDefault("node.id", ""), own.GetValueOrDefault("service.id", ""), own.GetValueOrDefault(
                "task.id", ""))
        {
            Details = string.Join(',', others),
            Message = text,
        };
    }

    private static string Take(ref string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var word = space < 0 ? "" : text[..space];
        text = text[(space + 1)..];
        return word;
    }

    private static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
