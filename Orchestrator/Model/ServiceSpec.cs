using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>
/// A service as its user wrote it. What the user left out stays null or empty, so that the spec can be read, edited and
/// written back without turning defaults into settings; <see cref="Defaults"/> says what absence means.
/// </summary>
[MessagePackObject]
public sealed record ServiceSpec
{
    [Key(0)] public required string Name { get; init; }

    [Key(1)] public ImmutableSortedDictionary<string, string> Labels { get; init; } = StringMap.Empty;

    [Key(2)] public required TaskTemplate Template { get; init; }

    [Key(3)] public ServiceMode Mode { get; init; } = new();

    [Key(4)] public UpdatePolicy? Update { get; init; }

    [Key(5)] public UpdatePolicy? Rollback { get; init; }

    [Key(6)] public EndpointSpec? Endpoint { get; init; }
}

/// <summary>What one task of the service is.</summary>
[MessagePackObject]
public sealed record TaskTemplate
{
    [Key(0)] public required ContainerSpec Container { get; init; }

    [Key(1)] public ResourceRequirements? Resources { get; init; }

    [Key(2)] public RestartPolicy? Restart { get; init; }

    [Key(3)] public Placement? Placement { get; init; }

    [Key(4)] public DriverConfig? LogDriver { get; init; }

    /// <summary>Raised to replace every task although nothing else changed.</summary>
    [Key(5)] public ulong ForceUpdate { get; init; }
}

public enum ModeKind
{
    Replicated = 0,
    Global = 1,
    ReplicatedJob = 2,
    GlobalJob = 3,
}

[MessagePackObject]
public sealed record ServiceMode
{
    [Key(0)] public ModeKind Kind { get; init; }

    /// <summary>Replicated only.</summary>
    [Key(1)] public ulong Replicas { get; init; } = 1;

    /// <summary>Replicated jobs only.</summary>
    [Key(2)] public ulong MaxConcurrent { get; init; } = 1;

    /// <summary>Replicated jobs only.</summary>
    [Key(3)] public ulong TotalCompletions { get; init; } = 1;
}

/// <summary>How tasks are replaced by newer ones, forwards or backwards.</summary>
[MessagePackObject]
public sealed record UpdatePolicy
{
    /// <summary>Slots at once; 0 = all.</summary>
    [Key(0)] public ulong Parallelism { get; init; } = 1;

    [Key(1)] public TimeSpan Delay { get; init; }

    [Key(2)] public FailureAction? FailureAction { get; init; }

    [Key(3)] public TimeSpan? Monitor { get; init; }

    [Key(4)] public double MaxFailureRatio { get; init; }

    [Key(5)] public UpdateOrder? Order { get; init; }
}

public enum FailureAction
{
    Pause = 0,
    Continue = 1,
    Rollback = 2,
}

public enum UpdateOrder
{
    StopFirst = 0,
    StartFirst = 1,
}

public enum RestartCondition
{
    Any = 0,
    OnFailure = 1,
    None = 2,
}

/// <summary>Whether and when an ended task is replaced. Null members mean <see cref="Defaults"/>.</summary>
[MessagePackObject]
public sealed record RestartPolicy
{
    [Key(0)] public RestartCondition? Condition { get; init; }

    /// <summary>
    /// Delay of the first restart; repeated failures double it, see <see cref="Defaults.RestartDelayCap"/>.
    /// </summary>
    [Key(1)] public TimeSpan? Delay { get; init; }

    /// <summary>0 = without limit.</summary>
    [Key(2)] public ulong? MaxAttempts { get; init; }

    /// <summary>Only restarts this recent count against <see cref="MaxAttempts"/>; 0 = all count.</summary>
    [Key(3)] public TimeSpan? Window { get; init; }
}

[MessagePackObject]
public sealed record DriverConfig
{
    [Key(0)] public string Name { get; init; } = "";

    [Key(1)] public ImmutableSortedDictionary<string, string> Options { get; init; } = StringMap.Empty;
}

[MessagePackObject]
public sealed record EndpointSpec
{
    [Key(0)] public EndpointMode? Mode { get; init; }

    [Key(1)] public ImmutableArray<PortConfig> Ports { get; init; } = [];
}

public enum EndpointMode
{
    VirtualIp = 0,
    DnsRoundRobin = 1,
}

public enum PortProtocol
{
    Tcp = 0,
    Udp = 1,
    Sctp = 2,
}

public enum PublishMode
{
    Ingress = 0,
    Host = 1,
}

[MessagePackObject]
public sealed record PortConfig
{
    [Key(0)] public string Name { get; init; } = "";

    [Key(1)] public PortProtocol Protocol { get; init; }

    [Key(2)] public uint Target { get; init; }

    /// <summary>0 = the system picks one.</summary>
    [Key(3)] public uint Published { get; init; }

    [Key(4)] public PublishMode Mode { get; init; }

    /// <summary>Host mode only: last of a range that begins with <see cref="Published"/>; 0 = no range.</summary>
    [Key(5)] public uint PublishedEnd { get; init; }

    /// <summary>Host mode only: the address to listen on; empty = all.</summary>
    [Key(6)] public string HostIp { get; init; } = "";
}
