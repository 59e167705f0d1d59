using System.Globalization;

namespace Orchestrator.Api;

/// <summary>Versions of the Docker Engine API; only the minor number moves.</summary>
internal static class ApiVersions
{
    public const int Oldest = 24;
    public const int Newest = 50;

    /// <summary>From here on logs say in their content type whether they are framed.</summary>
    public const int TypedLogs = 42;

    public static string Text(int minor) => "1." + minor.ToString(CultureInfo.InvariantCulture);

    /// <summary>Takes <c>/v1.N</c> from the front of a path.</summary>
    /// <param name="rest">the path without it, or all of it when it names no version</param>
    /// <param name="minor">the version asked for; the newest when none is</param>
    /// <exception cref="ApiException">a version that is not spoken here</exception>
    public static void Take(string path, out string rest, out int minor)
    {
        rest = path;
        minor = Newest;
        if (!path.StartsWith("/v", StringComparison.Ordinal) || path.Length < 3 || !char.IsAsciiDigit(path[2]))
            return;
        var end = path.IndexOf('/', 1);
        var version = end < 0 ? path.AsSpan(2) : path.AsSpan(2, end - 2);
        if (!Version.TryParse(version, out var parsed))
            return;
        Check(parsed);
        rest = end < 0 ? "/" : path[end..];
        minor = parsed.Minor;
    }

    private static void Check(Version asked)
    {
        if (asked > new Version(1, Newest))
            throw ApiException.Bad(
                $"client version {asked} is too new. Maximum supported API version is {Text(Newest)}");
        if (asked < new Version(1, Oldest))
            throw ApiException.Bad($"client version {asked} is too old. Minimum supported API version is "
                + $"{Text(Oldest)}, please upgrade your client to a newer version");
    }
}
