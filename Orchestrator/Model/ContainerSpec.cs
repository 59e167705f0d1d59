using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>The container (or process) a task runs. Null and empty mean: as the image says.</summary>
[MessagePackObject]
public sealed record ContainerSpec
{
    [Key(0)] public required string Image { get; init; }

    [Key(1)] public ImmutableSortedDictionary<string, string> Labels { get; init; } = StringMap.Empty;

    /// <summary>Replaces the image's entrypoint.</summary>
    [Key(2)] public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Replaces the image's command.</summary>
    [Key(3)] public ImmutableArray<string> Args { get; init; } = [];

    /// <summary>May hold templates, as environment values, mount sources and targets may.</summary>
    [Key(4)] public string Hostname { get; init; } = "";

    /// <summary><c>NAME=value</c>.</summary>
    [Key(5)] public ImmutableArray<string> Env { get; init; } = [];

    [Key(6)] public string Dir { get; init; } = "";

    [Key(7)] public string User { get; init; } = "";

    [Key(8)] public ImmutableArray<string> Groups { get; init; } = [];

    [Key(9)] public bool? Init { get; init; }

    /// <summary>Name or number, <c>SIGTERM</c>.</summary>
    [Key(10)] public string StopSignal { get; init; } = "";

    [Key(11)] public TimeSpan? StopGracePeriod { get; init; }

    [Key(12)] public bool Tty { get; init; }

    [Key(13)] public bool OpenStdin { get; init; }

    [Key(14)] public bool ReadOnly { get; init; }

    [Key(15)] public ImmutableArray<Mount> Mounts { get; init; } = [];

    [Key(16)] public HealthCheck? Health { get; init; }

    /// <summary><c>ip name</c>, as a line of a hosts file.</summary>
    [Key(17)] public ImmutableArray<string> Hosts { get; init; } = [];

    [Key(18)] public DnsConfig? Dns { get; init; }

    [Key(19)] public ImmutableSortedDictionary<string, string> Sysctls { get; init; } = StringMap.Empty;

    [Key(20)] public ImmutableArray<string> CapabilityAdd { get; init; } = [];

    [Key(21)] public ImmutableArray<string> CapabilityDrop { get; init; } = [];

    [Key(22)] public ImmutableArray<Ulimit> Ulimits { get; init; } = [];

    [Key(23)] public long OomScoreAdj { get; init; }
}

/// <summary>Null and 0 mean: as the image says, else the engine's default.</summary>
[MessagePackObject]
public sealed record HealthCheck
{
    /// <summary>
    /// <c>NONE</c>, or <c>CMD</c> and arguments, or <c>CMD-SHELL</c> and one line; empty = the image's.
    /// </summary>
    [Key(0)] public ImmutableArray<string> Test { get; init; } = [];

    [Key(1)] public TimeSpan Interval { get; init; }

    [Key(2)] public TimeSpan Timeout { get; init; }

    [Key(3)] public TimeSpan StartPeriod { get; init; }

    [Key(4)] public TimeSpan StartInterval { get; init; }

    [Key(5)] public int Retries { get; init; }
}

[MessagePackObject]
public sealed record DnsConfig
{
    [Key(0)] public ImmutableArray<string> Nameservers { get; init; } = [];

    [Key(1)] public ImmutableArray<string> Search { get; init; } = [];

    [Key(2)] public ImmutableArray<string> Options { get; init; } = [];
}

[MessagePackObject]
public sealed record Ulimit
{
    [Key(0)] public required string Name { get; init; }

    /// <summary>-1 = unlimited.</summary>
    [Key(1)] public long Soft { get; init; }

    /// <summary>-1 = unlimited.</summary>
    [Key(2)] public long Hard { get; init; }
}

public enum MountType
{
    Bind = 0,
    Volume = 1,
    Tmpfs = 2,
}

[MessagePackObject]
public sealed record Mount
{
    [Key(0)] public MountType Type { get; init; }

    /// <summary>Host path of a bind, name of a volume (empty = an anonymous one), nothing for tmpfs.</summary>
    [Key(1)] public string Source { get; init; } = "";

    [Key(2)] public required string Target { get; init; }

    [Key(3)] public bool ReadOnly { get; init; }

    [Key(4)] public string Consistency { get; init; } = "";

    [Key(5)] public BindOptions? Bind { get; init; }

    [Key(6)] public VolumeOptions? Volume { get; init; }

    [Key(7)] public TmpfsOptions? Tmpfs { get; init; }
}

[MessagePackObject]
public sealed record BindOptions
{
    [Key(0)] public string Propagation { get; init; } = "";

    [Key(1)] public bool NonRecursive { get; init; }

    [Key(2)] public bool CreateMountpoint { get; init; }

    [Key(3)] public bool ReadOnlyNonRecursive { get; init; }

    [Key(4)] public bool ReadOnlyForceRecursive { get; init; }
}

[MessagePackObject]
public sealed record VolumeOptions
{
    [Key(0)] public bool NoCopy { get; init; }

    [Key(1)] public ImmutableSortedDictionary<string, string> Labels { get; init; } = StringMap.Empty;

    [Key(2)] public string Subpath { get; init; } = "";

    [Key(3)] public DriverConfig? Driver { get; init; }
}

[MessagePackObject]
public sealed record TmpfsOptions
{
    /// <summary>0 = no limit.</summary>
    [Key(0)] public long SizeBytes { get; init; }

    /// <summary>File mode bits; 0 = the engine's default.</summary>
    [Key(1)] public uint Mode { get; init; }
}
