using System.Globalization;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Client;

/// <summary>Where the daemon listens: <c>unix:///path</c> or <c>tcp://host:port</c>.</summary>
/// <param name="SocketPath">null for TCP</param>
/// <param name="Authority"><c>host:port</c> for TCP</param>
public sealed record ApiAddress(string? SocketPath, string Authority)
{
    public const string Default = "unix:///run/swarmnet/swarmnet.sock";
    public const string Variable = "SWARMNET_HOST";

    private const string Unix = "unix://";
    private const string Tcp = "tcp://";

    public override string ToString() => SocketPath is null ? Tcp + Authority : Unix + SocketPath;

    /// <exception cref="FormatException">not an address</exception>
    public static ApiAddress Parse(string text)
    {
        if (text.StartsWith(Unix, StringComparison.Ordinal) && text.Length > Unix.Length)
            return new ApiAddress(text[Unix.Length..], "swarmnet.localhost");
        if (text.StartsWith('/'))
            return new ApiAddress(text, "swarmnet.localhost");
        if (text.StartsWith(Tcp, StringComparison.Ordinal))
            return new ApiAddress(null, ParseAuthority(text[Tcp.Length..].TrimEnd('/')));
        throw new FormatException($"\"{text}\" is not an address: write unix:///path/to.sock or tcp://host:port");
    }

    private static string ParseAuthority(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0)
            throw new FormatException($"\"{Tcp}{text}\" lacks a port: write tcp://host:port");
        var port = PublishSyntax.ParsePort(text[(colon + 1)..]);
        return string.Create(CultureInfo.InvariantCulture, $"{text[..colon]}:{port}");
    }
}
