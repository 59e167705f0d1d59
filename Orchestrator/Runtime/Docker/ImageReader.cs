using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

/// <summary>The names that images of an engine go by: ids, and references with and without their tags.</summary>
internal static class ImageReader
{
    private const int MostNames = 256;
    private const int LongestName = 256;
    private const string Untagged = "<none>:<none>";

    /// <summary>
    /// References before ids, each sorted, so that the same engine always describes itself the same.
    /// </summary>
    public static ImmutableArray<string> Read(ImageSummary[] images)
    {
        var references = images.SelectMany(image => image.RepoTags ?? [])
            .Where(tag => tag != Untagged)
            .SelectMany(tag => new[] { tag, WithoutTag(tag) });
        var ids = images.Select(image => image.Id ?? "");
        return
        [
            .. references.Order(StringComparer.Ordinal).Concat(ids.Order(StringComparer.Ordinal))
                .Where(name => name.Length is > 0 and <= LongestName).Distinct().Take(MostNames),
        ];
    }

    /// <summary>A colon before a slash belongs to the registry's port.</summary>
    private static string WithoutTag(string reference)
    {
        var colon = reference.LastIndexOf(':');
        return colon > reference.LastIndexOf('/') ? reference[..colon] : reference;
    }
}
