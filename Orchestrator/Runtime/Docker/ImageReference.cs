namespace Orchestrator.Runtime.Docker;

/// <summary>An image's name split the way a pull wants it.</summary>
/// <param name="Tag">tag or digest, never empty: without one the engine pulls every tag there is</param>
internal readonly record struct ImageReference(string Name, string Tag)
{
    private const string DefaultTag = "latest";
    private const string IdPrefix = "sha256:";
    private const int IdDigits = 64;

    /// <summary>Names an image by its own id: no registry can give it.</summary>
    public static bool IsId(string image) =>
        image.StartsWith(IdPrefix, StringComparison.Ordinal)
        && image.Length == IdPrefix.Length + IdDigits
        && image.Skip(IdPrefix.Length).All(char.IsAsciiHexDigitLower);

    public static ImageReference Parse(string image)
    {
        var at = image.IndexOf('@');
        var digest = at < 0 ? "" : image[(at + 1)..];
        var name = at < 0 ? image : image[..at];
        // A colon before the last slash belongs to the registry's port.
        var colon = name.LastIndexOf(':');
        var tag = colon > name.LastIndexOf('/') ? name[(colon + 1)..] : "";
        if (tag.Length > 0)
            name = name[..colon];
        // The digest wins over a tag beside it: the content matters.
        return new ImageReference(name, digest.Length > 0 ? digest : tag.Length > 0 ? tag : DefaultTag);
    }
}
