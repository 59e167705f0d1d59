using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Specs;

/// <summary>Every setting with several values.</summary>
internal static class ListFlags
{
    /// <param name="resolveEnvironment">completes a bare variable name</param>
    public static IReadOnlyList<ListFlag> All(Func<string, string> resolveEnvironment) =>
    [
        .. Maps(), .. Texts(), Environment(resolveEnvironment), .. Records(),
    ];

    private static IEnumerable<ListFlag> Maps() =>
    [
        new MapFlag("label", "Label of the service, key=value")
        {
            Alias = "-l", Removed = "a label by its key", Get = spec => spec.Labels, Set = (spec, map) =>
                spec.Labels = map,
        },
        new MapFlag("container-label", "Label of its containers, key=value")
        {
            Removed = "a container label by its key",
            Get = spec => spec.Container().Labels,
            Set = (spec, map) => spec.Container().Labels = map,
        },
        new MapFlag("sysctl", "Kernel parameter in the container, name=value")
        {
            Removed = "a kernel parameter by its name",
            Get = spec => spec.Container().Sysctls,
            Set = (spec, map) => spec.Container().Sysctls = map,
        },
    ];

    private static IEnumerable<ListFlag> Texts() =>
    [
        new OrderedFlag<string>("constraint", "Only nodes like this: node.role==worker, node.labels.disk!=hdd")
        {
            Removed = "a constraint by its text",
            Parse = text => [ResourceSyntax.ParseConstraint(text)],
            Key = text => text,
            Get = spec => spec.Placement().Constraints,
            Set = (spec, list) => spec.Placement().Constraints = list,
        },
        new OrderedFlag<string>(
            "affinity", "Near or away from others: service==cache, service!=~self @ node.labels.zone")
        {
            Removed = "an affinity by its text",
            Parse = text => [text],
            Key = text => text,
            Get = AffinityLabel.Read,
            Set = AffinityLabel.Write,
        },
        new OrderedFlag<string>("volumes-from", "Run beside a task of this service, share its volumes: cache, cache:ro")
        {
            Value = "service",
            Removed = "what is shared of a service",
            Parse = text => [text],
            Key = DependencyLabels.ServiceOf,
            Get = DependencyLabels.ReadVolumes,
            Set = DependencyLabels.WriteVolumes,
        },
        new OrderedFlag<string>("dns", "DNS server")
        {
            Removed = "a DNS server", Parse = text => [ParseAddress(text)], Key = text => text,
            Get = spec => spec.Dns().Nameservers, Set = (spec, list) => spec.Dns().Nameservers = list,
        },
        new OrderedFlag<string>("dns-option", "DNS option, as in resolv.conf")
        {
            Removed = "a DNS option", Parse = text => [text], Key = text => text,
            Get = spec => spec.Dns().Options, Set = (spec, list) => spec.Dns().Options = list,
        },
        new OrderedFlag<string>("dns-search", "DNS search domain")
        {
            Removed = "a DNS search domain", Parse = text => [text], Key = text => text,
            Get = spec => spec.Dns().Search, Set = (spec, list) => spec.Dns().Search = list,
        },
        new OrderedFlag<string>("group", "Additional group of the user in the container")
        {
            Removed = "an additional group", Parse = text => [text], Key = text => text,
            Get = spec => spec.Container().Groups, Set = (spec, list) => spec.Container().Groups = list,
        },
        new OrderedFlag<string>("host", "Line of the hosts file, name:ip")
        {
            Removed = "a hosts entry by its name", Parse = text => [ResourceSyntax.ParseHost(text)], Key = text => text,
            Means = MeansHost,
            Get = spec => spec.Container().Hosts, Set = (spec, list) => spec.Container().Hosts = list,
        },
    ];

    private static OrderedFlag<string> Environment(Func<string, string> resolve) =>
        new("env", "Environment variable, NAME=value; a bare NAME takes the value set here")
        {
            Alias = "-e",
            Removed = "an environment variable by its name",
            Parse = text => [resolve(text)],
            Key = KeyValues.KeyOf,
            Get = spec => spec.Container().Env,
            Set = (spec, list) => spec.Container().Env = list,
        };

    private static IEnumerable<ListFlag> Records() =>
    [
        new OrderedFlag<MountDto>("mount", "Volume, bind or tmpfs: type=bind,source=/a,target=/b,readonly")
        {
            Value = "mount", Removed = "a mount by its target", Parse = text => [MountSyntax.Parse(text)],
            Key = mount => mount.Target ?? "",
            Get = spec => spec.Container().Mounts, Set = (spec, list) => spec.Container().Mounts = list,
        },
        new OrderedFlag<PortConfigDto>(
            "publish",
            "Port on the nodes: published=8080,target=80,mode=host\n"
                + "(short, 8080:80, it means mode=ingress as in docker)")
        {
            Value = "port", Alias = "-p", Removed = "a port by its target, 80 or 80/udp",
            Parse = PublishSyntax.Parse, Key = PortKey, Means = MeansPort,
            Get = spec => spec.Endpoint().Ports, Set = (spec, list) => spec.Endpoint().Ports = list,
        },
        new OrderedFlag<UlimitDto>("ulimit", "Limit of the process, name=soft:hard")
        {
            Value = "ulimit", Removed = "a limit by its name", Parse = text => [ResourceSyntax.ParseUlimit(text)],
            Key = limit => limit.Name ?? "",
            Get = spec => spec.Container().Ulimits, Set = (spec, list) => spec.Container().Ulimits = list,
        },
        new OrderedFlag<GenericResourceDto>("generic-resource", "Set aside something a node counts, KIND=NUMBER")
        {
            Removed = "a generic resource by its kind", Parse = text => [ResourceSyntax.ParseGeneric(text)],
            Key = ResourceSyntax.KindOf,
            Get = spec => spec.Reservations().GenericResources,
            Set = (spec, list) => spec.Reservations().GenericResources = list,
        },
        new OrderedFlag<PlacementPreferenceDto>(
            "placement-pref", "Spread over the values of a label, spread=node.labels.zone")
        {
            Value = "pref", Removed = "a preference by its text", Parse = text =>
                [ResourceSyntax.ParsePreference(text)],
            Key = preference => "spread=" + preference.Spread?.SpreadDescriptor,
            Get = spec => spec.Placement().Preferences, Set = (spec, list) => spec.Placement().Preferences = list,
        },
    ];

    private static string ParseAddress(string text) => System.Net.IPAddress.TryParse(text, out _)
        ? text
        : throw new FormatException($"\"{text}\" is not an IP address");

    private static bool MeansHost(string text, string line)
    {
        var at = text.IndexOfAny([':', '=']);
        var parts = line.Split(' ', 2);
        return parts.Length == 2
            && (at < 0 ? parts[1] == text : parts[1] == text[..at] && parts[0] == text[(at + 1)..].Trim('[', ']'));
    }

    private static string PortKey(PortConfigDto port) =>
        string.Create(CultureInfo.InvariantCulture, $"{port.PublishedPort}:{port.TargetPort}/{port.Protocol ?? "tcp"}");

    private static bool MeansPort(string text, PortConfigDto port)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..];
        var target = slash < 0 ? text : text[..slash];
        target = target[(target.LastIndexOf(':') + 1)..];
        return port.TargetPort.ToString(CultureInfo.InvariantCulture) == target && (port.Protocol ?? "tcp") == protocol;
    }
}
