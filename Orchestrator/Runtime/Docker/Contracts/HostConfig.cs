namespace Orchestrator.Runtime.Docker.Contracts;

internal sealed class HostConfig
{
    public long? Memory { get; set; }

    public long? NanoCpus { get; set; }

    public long? PidsLimit { get; set; }

    public long? OomScoreAdj { get; set; }

    public bool? Init { get; set; }

    public bool ReadonlyRootfs { get; set; }

    public string[]? CapAdd { get; set; }

    public string[]? CapDrop { get; set; }

    public string[]? GroupAdd { get; set; }

    public string[]? Dns { get; set; }

    public string[]? DnsSearch { get; set; }

    public string[]? DnsOptions { get; set; }

    public string[]? ExtraHosts { get; set; }

    public IReadOnlyDictionary<string, string>? Sysctls { get; set; }

    public UlimitConfig[]? Ulimits { get; set; }

    public MountConfig[]? Mounts { get; set; }

    public DeviceConfig[]? Devices { get; set; }

    public Dictionary<string, PortBinding[]?>? PortBindings { get; set; }

    public LogConfig? LogConfig { get; set; }

    /// <summary><c>container:ID</c>: the network of that one; null: one of its own.</summary>
    public string? NetworkMode { get; set; }

    /// <summary><c>ID:ro</c> or <c>ID:rw</c></summary>
    public string[]? VolumesFrom { get; set; }
}

internal sealed class DeviceConfig
{
    public string PathOnHost { get; set; } = "";

    public string PathInContainer { get; set; } = "";

    /// <summary>Of <c>rwm</c>: read, write, make.</summary>
    public string CgroupPermissions { get; set; } = "";
}

internal sealed class UlimitConfig
{
    public string Name { get; set; } = "";

    public long Soft { get; set; }

    public long Hard { get; set; }
}

internal sealed class PortBinding
{
    public string? HostIp { get; set; }

    /// <summary>Empty = the engine picks one.</summary>
    public string? HostPort { get; set; }
}

internal sealed class LogConfig
{
    public string? Type { get; set; }

    public IReadOnlyDictionary<string, string>? Config { get; set; }
}
