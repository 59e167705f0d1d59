using Orchestrator.Model;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// A task as the body of a create request (pure). Empty and 0 are left out: as the image or the engine says.
/// </summary>
internal static class ContainerMapper
{
    private const int NanosecondsPerTick = 100;

    /// <exception cref="RuntimeException">Rejected: the engine is too old for what the task needs</exception>
    public static CreateContainer Map(RuntimeTask task, Version api)
    {
        var spec = task.Container;
        return new CreateContainer
        {
            Image = spec.Image,
            Hostname = OrNull(spec.Hostname),
            User = OrNull(spec.User),
            WorkingDir = OrNull(spec.Dir),
            Entrypoint = OrNull(spec.Command),
            Cmd = OrNull(spec.Args),
            Env = OrNull(spec.Env),
            Labels = ContainerLabels.For(task),
            Tty = spec.Tty,
            OpenStdin = spec.OpenStdin,
            StopSignal = OrNull(spec.StopSignal),
            StopTimeout = spec.StopGracePeriod is { } grace ? WholeSeconds(grace) : null,
            Healthcheck = spec.Health is { } health ? Map(health) : null,
            ExposedPorts = ExposedPorts(task.HostPorts),
            HostConfig = Host(task, api),
        };
    }

    /// <summary>Adds what the container shares of others.</summary>
    public static void Share(HostConfig host, IReadOnlyList<(Dependency Dependency, string ContainerId)> sources)
    {
        foreach (var (dependency, container) in sources)
        {
            if (dependency.Network)
                host.NetworkMode = $"container:{container}";
            if (dependency.Volumes)
                host.VolumesFrom =
                    [.. host.VolumesFrom ?? [], $"{container}:{(dependency.ReadOnly ? "ro" : "rw")}"];
        }
    }

    /// <summary>The engine counts grace in seconds; never shorten it.</summary>
    public static int WholeSeconds(TimeSpan grace) =>
        (int)Math.Clamp(Math.Ceiling(grace.TotalSeconds), 0, int.MaxValue);

    private static HostConfig Host(RuntimeTask task, Version api)
    {
        var spec = task.Container;
        return new HostConfig
        {
            Memory = OrNull(task.Limits.MemoryBytes),
            NanoCpus = OrNull(task.Limits.NanoCpus),
            PidsLimit = OrNull(task.Limits.Pids),
            OomScoreAdj = OrNull(spec.OomScoreAdj),
            Init = spec.Init,
            ReadonlyRootfs = spec.ReadOnly,
            CapAdd = OrNull(spec.CapabilityAdd),
            CapDrop = OrNull(spec.CapabilityDrop),
            GroupAdd = OrNull(spec.Groups),
            Dns = OrNull(spec.Dns?.Nameservers ?? []),
            DnsSearch = OrNull(spec.Dns?.Search ?? []),
            DnsOptions = OrNull(spec.Dns?.Options ?? []),
            ExtraHosts = OrNull([.. spec.Hosts.SelectMany(HostEntries)]),
            Sysctls = spec.Sysctls.IsEmpty ? null : spec.Sysctls,
            Ulimits = spec.Ulimits.IsEmpty ? null : [.. spec.Ulimits.Select(Map)],
            Mounts = spec.Mounts.IsEmpty ? null : [.. spec.Mounts.Select(mount => MountMapper.Map(mount, api))],
            Devices = task.Devices.IsEmpty ? null : [.. task.Devices.Select(Map)],
            PortBindings = PortBindings(task.HostPorts),
            LogConfig = task.LogDriver is { } driver ? Map(driver) : null,
        };
    }

    private static DeviceConfig Map(string path) =>
        new() { PathOnHost = path, PathInContainer = path, CgroupPermissions = "rwm" };

    private static HealthConfig Map(HealthCheck health) => new()
    {
        Test = OrNull(health.Test),
        Interval = Nanoseconds(health.Interval),
        Timeout = Nanoseconds(health.Timeout),
        StartPeriod = Nanoseconds(health.StartPeriod),
        StartInterval = Nanoseconds(health.StartInterval),
        Retries = health.Retries,
    };

    private static UlimitConfig Map(Ulimit limit) => new() { Name = limit.Name, Soft = limit.Soft, Hard = limit.Hard };

    private static LogConfig Map(DriverConfig driver) => new() { Type = driver.Name, Config = driver.Options };

    /// <summary>From a line of a hosts file (<c>ip name alias…</c>) to <c>name:ip</c>, once for each name.</summary>
    private static IEnumerable<string> HostEntries(string line)
    {
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Skip(1).Select(name => $"{name}:{words[0]}");
    }

    private static Dictionary<string, EmptyObject>? ExposedPorts(ImmutableArray<PortConfig> ports) => ports.IsEmpty
        ? null
        : ports.Select(PortKey).Distinct().ToDictionary(key => key, _ => new EmptyObject());

    private static Dictionary<string, PortBinding[]?>? PortBindings(ImmutableArray<PortConfig> ports) => ports.IsEmpty
        ? null
        : ports.GroupBy(PortKey).ToDictionary(group => group.Key, PortBinding[]? (group) => [.. group.Select(Binding)]);

    private static PortBinding Binding(PortConfig port) =>
        new() { HostIp = OrNull(port.HostIp), HostPort = port.Published == 0 ? "" : $"{port.Published}" };

    private static string PortKey(PortConfig port) => $"{port.Target}/{PortNames.Name(port.Protocol)}";

    private static long Nanoseconds(TimeSpan span) => span.Ticks * NanosecondsPerTick;

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static long? OrNull(long number) => number == 0 ? null : number;

    private static string[]? OrNull(ImmutableArray<string> items) => items.IsDefaultOrEmpty ? null : [.. items];
}
