using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Scheduling;

/// <summary>What the settings of a story mean.</summary>
internal static class StorySettings
{
    public static ClusterSpec Apply(ClusterSpec spec, (string Key, string Value) setting) => setting.Key switch
    {
        "overcommit" => spec with { Overcommit = double.Parse(setting.Value) },
        "strategy" => spec with { Strategy = Enum.Parse<SchedulingStrategy>(setting.Value, ignoreCase: true) },
        var other => throw new FormatException($"a cluster has no setting '{other}'"),
    };

    public static Node Apply(Node node, (string Key, string Value) setting) => setting.Key switch
    {
        "cpu" => With(node, has => has with { NanoCpus = Cpus(setting.Value) }),
        "memory" => With(node, has => has with { MemoryBytes = Bytes(setting.Value) }),
        "gpu" => With(node, has => has with { Generic = [Gpus(setting.Value)] }),
        "gpus" => With(node, has => has with
        {
            Generic = [.. setting.Value.Split(',').Select(unit => new GenericResource { Kind = "gpu", Unit = unit })],
        }),
        "reserve.cpu" => With(node, says => says with { Reserved = says.Reserved with { NanoCpus = Cpus(setting.Value) } }),
        "reserve.memory" => With(node, says => says with { Reserved = says.Reserved with { MemoryBytes = Bytes(setting.Value) } }),
        "state" => node with { Status = node.Status with { State = Enum.Parse<NodeState>(setting.Value, ignoreCase: true) } },
        "availability" => node with
        {
            Spec = node.Spec with { Availability = Enum.Parse<Availability>(setting.Value, ignoreCase: true) },
        },
        "role" => node with { Spec = node.Spec with { Role = Enum.Parse<NodeRole>(setting.Value, ignoreCase: true) } },
        "host" => With(node, says => says with { Hostname = setting.Value }),
        "arch" => With(node, says => says with { Platform = says.Platform with { Architecture = setting.Value } }),
        "os" => With(node, says => says with { Platform = says.Platform with { Os = setting.Value } }),
        "error" => With(node, says => says with { RuntimeError = setting.Value }),
        "plugins" => With(node, says => says with { Plugins = [.. setting.Value.Split(',')] }),
        "images" => With(node, says => says with { Images = [.. setting.Value.Split(',')] }),
        "ip" => node with { Status = node.Status with { Address = setting.Value } },
        ['l', 'a', 'b', 'e', 'l', '.', .. var name] =>
            node with { Spec = node.Spec with { Labels = node.Spec.Labels.SetItem(name, setting.Value) } },
        ['e', 'n', 'g', 'i', 'n', 'e', '.', .. var name] =>
            With(node, says => says with { EngineLabels = says.EngineLabels.SetItem(name, setting.Value) }),
        var other => throw new FormatException($"a node has no setting '{other}'"),
    };

    public static ServiceSpec Apply(ServiceSpec spec, (string Key, string Value) setting) => setting.Key switch
    {
        "priority" => Labelled(spec, "swarmnet.priority", setting.Value),
        "preempt" => Labelled(spec, "swarmnet.preempt", setting.Value),
        "strategy" => Labelled(spec, "swarmnet.strategy", setting.Value),
        "affinity" => Labelled(spec, "swarmnet.affinities", JsonSerializer.Serialize(
            (string[])[.. Affinities(spec), setting.Value])),
        "classic" => Labelled(spec, "com.docker.swarm.constraints", JsonSerializer.Serialize((string[])[setting.Value])),
        "env" => With(spec, container => container with { Env = container.Env.Add(setting.Value) }),
        "constraint" => With(spec, placement => placement with { Constraints = placement.Constraints.Add(setting.Value) }),
        "spread" => With(spec, placement => placement with { Spread = placement.Spread.Add(setting.Value) }),
        "max" => With(spec, placement => placement with { MaxReplicasPerNode = ulong.Parse(setting.Value) }),
        "platform" => With(spec, placement => placement with
        {
            Platforms = placement.Platforms.Add(new Platform { Os = setting.Value.Split('/')[0], Architecture = setting.Value.Split('/')[1] }),
        }),
        "cpu" => With(spec, reserved => reserved with { NanoCpus = Cpus(setting.Value) }),
        "memory" => With(spec, reserved => reserved with { MemoryBytes = Bytes(setting.Value) }),
        "limit.memory" => spec with
        {
            Template = spec.Template with
            {
                Resources = new ResourceRequirements { Limits = new ResourceLimits { MemoryBytes = Bytes(setting.Value) } },
            },
        },
        "gpu" => With(spec, reserved => reserved with { Generic = [Gpus(setting.Value)] }),
        "log" => spec with { Template = spec.Template with { LogDriver = new DriverConfig { Name = setting.Value } } },
        "volume" => With(spec, container => container with
        {
            Mounts = container.Mounts.Add(new Mount
            {
                Type = MountType.Volume, Source = "data", Target = "/data",
                Volume = new VolumeOptions { Driver = new DriverConfig { Name = setting.Value } },
            }),
        }),
        "bind" => With(spec, container => container with
        {
            Mounts = container.Mounts.Add(new Mount { Type = MountType.Bind, Source = setting.Value, Target = "/data" }),
        }),
        "port" => spec with { Endpoint = new EndpointSpec { Ports = (spec.Endpoint?.Ports ?? []).Add(Port(setting.Value)) } },
        "order" => spec with
        {
            Update = new UpdatePolicy { Order = setting.Value == "start-first" ? UpdateOrder.StartFirst : UpdateOrder.StopFirst },
        },
        ['l', 'a', 'b', 'e', 'l', '.', .. var name] => Labelled(spec, name, setting.Value),
        var other => throw new FormatException($"a service has no setting '{other}'"),
    };

    private static ServiceSpec Labelled(ServiceSpec spec, string name, string value) =>
        spec with { Labels = spec.Labels.SetItem(name, value) };

    private static string[] Affinities(ServiceSpec spec) =>
        spec.Labels.TryGetValue("swarmnet.affinities", out var json) ? JsonSerializer.Deserialize<string[]>(json)! : [];

    /// <param name="text"><c>[ADDRESS:]PORT[-LAST][/udp]</c></param>
    private static PortConfig Port(string text)
    {
        var numbers = text.Split('/')[0].Split(':')[^1].Split('-');
        return new()
        {
            Target = 80, Published = uint.Parse(numbers[0]), Mode = PublishMode.Host,
            PublishedEnd = numbers.Length > 1 ? uint.Parse(numbers[1]) : 0,
            HostIp = text.Contains(':', StringComparison.Ordinal) ? text.Split(':')[0] : "",
            Protocol = text.EndsWith("/udp", StringComparison.Ordinal) ? PortProtocol.Udp : PortProtocol.Tcp,
        };
    }

    private static long Cpus(string text) => (long)(double.Parse(text) * ControlPlane.Core);

    private static long Bytes(string text) => long.Parse(text) * ControlPlane.MiB;

    private static GenericResource Gpus(string text) => new() { Kind = "gpu", Count = long.Parse(text) };

    private static Node With(Node node, Func<NodeDescription, NodeDescription> change) =>
        node with { Description = change(node.Description) };

    private static Node With(Node node, Func<NodeResources, NodeResources> change) =>
        With(node, (NodeDescription says) => says with { Resources = change(says.Resources) });

    private static ServiceSpec With(ServiceSpec spec, Func<ContainerSpec, ContainerSpec> change) =>
        spec with { Template = spec.Template with { Container = change(spec.Template.Container) } };

    private static ServiceSpec With(ServiceSpec spec, Func<Placement, Placement> change) =>
        spec with { Template = spec.Template with { Placement = change(spec.Template.Placement ?? new()) } };

    private static ServiceSpec With(ServiceSpec spec, Func<NodeResources, NodeResources> change) => spec with
    {
        Template = spec.Template with
        {
            Resources = (spec.Template.Resources ?? new()) with
            {
                Reservations = change(spec.Template.Resources?.Reservations ?? new()),
            },
        },
    };
}
