using System.Net;
using System.Text;
using Orchestrator.Model;
using Orchestrator.Model.Templating;

namespace Orchestrator.Api.Validation;

internal static class ContainerValidator
{
    private const int LongestHostname = 253;
    private const int WorstOomScore = 1000;
    private static readonly TimeSpan ShortestHealthTime = TimeSpan.FromMilliseconds(1);

    public static void Check(ContainerSpec spec)
    {
        Image(spec.Image);
        Texts.Labels("ContainerSpec.Labels", spec.Labels);
        Texts.NoZero("ContainerSpec.Command", spec.Command);
        Texts.NoZero("ContainerSpec.Args", spec.Args);
        Environment(spec.Env);
        Process(spec);
        Host(spec);
        foreach (var name in spec.CapabilityAdd.Concat(spec.CapabilityDrop))
            Texts.Word("ContainerSpec.CapabilityAdd and CapabilityDrop", name);
        foreach (var name in spec.Sysctls.Keys)
            Texts.Word("ContainerSpec.Sysctls", name);
        foreach (var ulimit in spec.Ulimits)
            Limit(ulimit);
        Health(spec.Health);
        MountValidator.Check(spec.Mounts);
        if (TemplateExpander.Validate(spec) is { } problem)
            throw ApiException.Bad($"ContainerSpec: {problem}");
    }

    private static void Image(string image)
    {
        if (image.Length == 0)
            throw ApiException.Bad("ContainerSpec: image reference must be provided");
        if (image.Length > Limits.ImageLength || image.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            throw ApiException.Bad("ContainerSpec: image reference is not valid: it holds spaces or control "
                + $"characters or is longer than {Limits.ImageLength} characters");
    }

    private static void Environment(ImmutableArray<string> entries)
    {
        var bytes = 0L;
        foreach (var entry in entries)
        {
            if (entry.Length == 0 || entry[0] == '=')
                throw ApiException.Bad($"ContainerSpec.Env: '{entry}' has no name; need NAME=value");
            Texts.NoZero("ContainerSpec.Env", entry);
            bytes += Encoding.UTF8.GetByteCount(entry);
        }
        if (bytes > Limits.EnvironmentBytes)
            throw ApiException.Bad(
                $"ContainerSpec.Env: {bytes} bytes are more than the limit of {Limits.EnvironmentBytes}");
    }

    private static void Process(ContainerSpec spec)
    {
        Texts.NoZero("ContainerSpec.User", spec.User);
        Texts.NoZero("ContainerSpec.Groups", spec.Groups);
        Texts.NoZero("ContainerSpec.Dir", spec.Dir);
        if (spec.Dir.Length > 0 && spec.Dir[0] != '/')
            throw ApiException.Bad($"ContainerSpec.Dir: '{spec.Dir}' is not an absolute path");
        if (spec.StopSignal.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-')))
            throw ApiException.Bad($"ContainerSpec.StopSignal: '{spec.StopSignal}' is no signal; need SIGTERM, or 15");
        if (spec.OomScoreAdj is < -WorstOomScore or > WorstOomScore)
            throw ApiException.Bad($"ContainerSpec.OomScoreAdj: need -{WorstOomScore} to {WorstOomScore}, "
                + $"not {spec.OomScoreAdj}");
    }

    private static void Host(ContainerSpec spec)
    {
        var name = spec.Hostname;
        if (!HasTemplate(name)
            && (name.Length > LongestHostname || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
            throw ApiException.Bad($"ContainerSpec.Hostname: '{name}' is no host name");
        foreach (var line in spec.Hosts)
            HostsLine(line);
        foreach (var server in spec.Dns?.Nameservers ?? [])
            if (!IPAddress.TryParse(server, out _))
                throw ApiException.Bad($"ContainerSpec.DNSConfig.Nameservers: '{server}' is no IP address");
    }

    private static void HostsLine(string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2 || !IPAddress.TryParse(parts[0], out _))
            throw ApiException.Bad($"ContainerSpec.Hosts: '{line}' is no line of a hosts file; need IP NAME");
    }

    private static void Limit(Ulimit ulimit)
    {
        Texts.Word("ContainerSpec.Ulimits: name", ulimit.Name);
        var softIsAbove = ulimit.Hard != -1 && (ulimit.Soft == -1 || ulimit.Soft > ulimit.Hard);
        if (ulimit.Soft < -1 || ulimit.Hard < -1 || softIsAbove)
            throw ApiException.Bad($"ContainerSpec.Ulimits: {ulimit.Name}: the soft limit {ulimit.Soft} must not be "
                + $"above the hard limit {ulimit.Hard} (-1 = unlimited)");
    }

    private static void Health(HealthCheck? health)
    {
        if (health is null)
            return;
        const string field = "ContainerSpec.Healthcheck";
        if (health.Test is not ([] or ["NONE"] or ["CMD", _, ..] or ["CMD-SHELL", _]))
            throw ApiException.Bad($"{field}.Test: need [\"NONE\"], [\"CMD\", command, arguments…] or "
                + "[\"CMD-SHELL\", line]");
        Texts.NoZero($"{field}.Test", health.Test);
        foreach (var time in (TimeSpan[])[health.Interval, health.Timeout, health.StartPeriod, health.StartInterval])
            if (time > TimeSpan.Zero && time < ShortestHealthTime)
                throw ApiException.Bad($"{field}: times cannot be shorter than 1 ms");
        if (health.Retries < 0)
            throw ApiException.Bad($"{field}.Retries: need 0 (the default) or more, not {health.Retries}");
    }

    internal static bool HasTemplate(string text) => text.Contains("{{", StringComparison.Ordinal);
}
