using System.Globalization;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Syntax;

/// <summary><c>[published:]target[/proto]</c> with ranges, or <c>published=8080,target=80,mode=host</c>.</summary>
public static class PublishSyntax
{
    private const uint MaxPort = 65535;
    private const string Example = "write it like published=8080,target=80,mode=host";

    public static IReadOnlyList<PortConfigDto> Parse(string text) =>
        text.Contains('=', StringComparison.Ordinal) ? [ParseLong(text)] : ParseShort(text);

    private static PortConfigDto ParseLong(string text)
    {
        var port = new PortConfigDto { Protocol = "tcp", PublishMode = "ingress" };
        foreach (var (key, value) in CsvFields.ParsePairs(text))
            Apply(port, key, value);
        return port.TargetPort > 0 ? port : throw new FormatException($"target is missing: {Example}");
    }

    private static void Apply(PortConfigDto port, string key, string? value)
    {
        switch (key)
        {
            case "target":
                port.TargetPort = ParsePort(CsvFields.Required(key, value));
                return;
            case "published":
                SetPublished(port, CsvFields.Required(key, value));
                return;
            case "host_ip":
                port.HostIp = System.Net.IPAddress.TryParse(CsvFields.Required(key, value), out var address)
                    ? address.ToString()
                    : throw new FormatException($"host_ip: \"{value}\" is not an IP address");
                return;
            case "protocol":
                port.Protocol = ParseProtocol(CsvFields.Required(key, value));
                return;
            case "mode":
                port.PublishMode =
                    MountSyntax.OneOf(key, CsvFields.Required(key, value).ToLowerInvariant(), "host", "ingress");
                return;
            case "name":
                port.Name = value;
                return;
            default:
                throw new FormatException(
                    $"unknown key \"{key}\": known are published, target, protocol, mode, host_ip");
        }
    }

    /// <summary>Of a range each task gets one port.</summary>
    private static void SetPublished(PortConfigDto port, string value)
    {
        if (value == "0")
            return;
        var range = ParseRange(value);
        port.PublishedPort = range.First;
        port.PublishedPortEnd = range.Count > 1 ? range.First + (uint)range.Count - 1 : 0;
    }

    private static List<PortConfigDto> ParseShort(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var protocol = slash < 0 ? "tcp" : ParseProtocol(text[(slash + 1)..]);
        var parts = (slash < 0 ? text : text[..slash]).Split(':');
        if (parts.Length > 2)
            throw new FormatException($"an address cannot be chosen, a service listens on all of them: {Example}");
        var target = ParseRange(parts[^1]);
        return parts.Length == 1 ? Expand(target, null, protocol) : Expand(target, ParseRange(parts[0]), protocol);
    }

    private static List<PortConfigDto> Expand(PortRange target, PortRange? published, string protocol)
    {
        if (published is { } outside && target.Count > 1 && outside.Count != target.Count)
            throw new FormatException($"{outside.Count} published ports do not match {target.Count} target ports");
        var count = published?.Count ?? target.Count;
        return Enumerable.Range(0, count)
            .Select(i => new PortConfigDto
            {
                Protocol = protocol,
                TargetPort = target.First + (target.Count == 1 ? 0 : (uint)i),
                PublishedPort = published is { } range ? range.First + (uint)i : 0,
                PublishMode = "ingress",
            })
            .ToList();
    }

    private static PortRange ParseRange(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var first = ParsePort(dash < 0 ? text : text[..dash]);
        var last = dash < 0 ? first : ParsePort(text[(dash + 1)..]);
        return last >= first ? new PortRange(first, (int)(last - first) + 1)
            : throw new FormatException($"the range {text} runs backwards");
    }

    /// <exception cref="FormatException">not a port</exception>
    public static uint ParsePort(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= MaxPort
            ? port
            : throw new FormatException($"\"{text}\" is not a port from 1 to {MaxPort}: {Example}");

    public static string ParseProtocol(string text) =>
        MountSyntax.OneOf("protocol", text.ToLowerInvariant(), "tcp", "udp", "sctp");

    private readonly record struct PortRange(uint First, int Count);
}
