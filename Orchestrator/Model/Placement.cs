using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>Where a task may run.</summary>
[MessagePackObject]
public sealed record Placement
{
    /// <summary>Expressions as the user wrote them, <c>node.labels.zone == a</c>; all must hold.</summary>
    [Key(0)] public ImmutableArray<string> Constraints { get; init; } = [];

    /// <summary>Keys to spread over, outermost first, <c>node.labels.zone</c>.</summary>
    [Key(1)] public ImmutableArray<string> Spread { get; init; } = [];

    /// <summary>Most tasks of the service on one node; 0 = no limit.</summary>
    [Key(2)] public ulong MaxReplicasPerNode { get; init; }

    /// <summary>Platforms the image exists for; empty = any.</summary>
    [Key(3)] public ImmutableArray<Platform> Platforms { get; init; } = [];
}

/// <summary>An empty part matches everything. Names as Go has them, or as uname prints them (x86_64 = amd64).</summary>
[MessagePackObject]
public sealed record Platform
{
    [Key(0)] public string Architecture { get; init; } = "";

    [Key(1)] public string Os { get; init; } = "";
}

/// <summary>How the scheduler ranks the nodes that fit.</summary>
public enum SchedulingStrategy
{
    Spread = 0,
    Binpack = 1,
    Random = 2,
}
