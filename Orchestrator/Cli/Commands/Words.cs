namespace Orchestrator.Cli.Commands;

internal static class Words
{
    private const int ShortId = 12;

    public static string Capitalize(string? text) =>
        string.IsNullOrEmpty(text) ? "" : char.ToUpperInvariant(text[0]) + text[1..];

    public static string Truncate(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    public static string Id(string id, bool inFull) => inFull || id.Length <= ShortId ? id : id[..ShortId];

    /// <summary>An image without the digest that a client pinned it to.</summary>
    public static string Image(string? image, bool inFull)
    {
        var at = inFull ? -1 : image?.IndexOf("@sha256:", StringComparison.Ordinal) ?? -1;
        return at > 0 ? image![..at] : image ?? "";
    }
}
