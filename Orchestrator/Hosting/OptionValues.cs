using System.Globalization;
using System.Net;
using Orchestrator.Cli.Syntax;
using Orchestrator.Model;

namespace Orchestrator.Hosting;

/// <summary>
/// How each kind of setting is written. A <see cref="FormatException"/> says what is wrong with a value.
/// </summary>
internal static class OptionValues
{
    private const string UnixScheme = "unix://";
    private const string TcpScheme = "tcp://";
    private const int LongestUnixPath = 107;
    private const int LongestHostname = 253;
    private const int FewestSnapshotEntries = 100;
    private const int MostSnapshotEntries = 1_000_000;

    public static string UnixPath(string text)
    {
        var path = text.StartsWith(UnixScheme, StringComparison.Ordinal) ? text[UnixScheme.Length..] : text;
        if (path.Length is 0 or > LongestUnixPath)
            throw new FormatException($"a unix socket's path has 1 to {LongestUnixPath} characters");
        return path;
    }

    public static string DockerSocket(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal) && !text.StartsWith(UnixScheme, StringComparison.Ordinal))
            throw new FormatException(
                "the engine must run on this host: give its socket, as unix:///var/run/docker.sock");
        return UnixPath(text);
    }

    /// <summary><c>tcp://127.0.0.1:2375</c>; port 0 lets the system pick one.</summary>
    public static IPEndPoint LoopbackHost(string text)
    {
        if (!text.StartsWith(TcpScheme, StringComparison.Ordinal))
            throw new FormatException("expected tcp://ADDRESS:PORT (the unix socket is --socket)");
        var endPoint = EndPoint(text[TcpScheme.Length..]);
        if (!IPAddress.IsLoopback(endPoint.Address))
            throw new FormatException(
                "whoever reaches this port controls the host, so only loopback addresses are served; "
                + "reach it from elsewhere through an SSH tunnel");
        return endPoint;
    }

    /// <summary><c>IP</c> or <c>IP:PORT</c>; the cluster's port when none is given.</summary>
    public static IPEndPoint EndPoint(string text)
    {
        if (!IPEndPoint.TryParse(text, out var endPoint))
            throw new FormatException("expected an IP address, or IP:PORT");
        var hasPort = text.EndsWith($":{endPoint.Port}", StringComparison.Ordinal)
            && !(endPoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !text.StartsWith('['));
        return hasPort ? endPoint : new IPEndPoint(endPoint.Address, Defaults.ClusterPort);
    }

    public static string Hostname(string text) =>
        text.Length is > 0 and <= LongestHostname
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')
            ? text
            : throw new FormatException($"a hostname has 1 to {LongestHostname} letters, digits, '-', '.' and '_'");

    public static KeyValuePair<string, string> Label(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0)
            throw new FormatException("expected NAME=VALUE");
        return new(text[..at], text[(at + 1)..]);
    }

    /// <summary><c>100ms</c>, <c>1.5s</c>.</summary>
    public static TimeSpan? Duration(string text) =>
        TimeSpan.FromMicroseconds(DurationSyntax.ParseNanoseconds(text) / 1000);

    /// <summary>A snapshot costs as much as the whole state: not after every few changes, nor never.</summary>
    public static int? SnapshotEntries(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var entries)
            && entries is >= FewestSnapshotEntries and <= MostSnapshotEntries
            ? entries
            : throw new FormatException(
                $"expected a whole number from {FewestSnapshotEntries} to {MostSnapshotEntries}");

    public static T OneOf<T>(string text) where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw new FormatException($"expected one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
}
