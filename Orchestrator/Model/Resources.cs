using Orchestrator.Serialization;

namespace Orchestrator.Model;

[MessagePackObject]
public sealed record ResourceRequirements
{
    /// <summary>What the runtime enforces.</summary>
    [Key(0)] public ResourceLimits? Limits { get; init; }

    /// <summary>What the scheduler sets aside on the node.</summary>
    [Key(1)] public NodeResources? Reservations { get; init; }
}

/// <summary>0 = no limit.</summary>
[MessagePackObject]
public sealed record ResourceLimits
{
    /// <summary>Billionths of a core.</summary>
    [Key(0)] public long NanoCpus { get; init; }

    [Key(1)] public long MemoryBytes { get; init; }

    [Key(2)] public long Pids { get; init; }
}

/// <summary>What a node has, or what a task sets aside there.</summary>
[MessagePackObject]
public sealed record NodeResources
{
    /// <summary>Billionths of a core.</summary>
    [Key(0)] public long NanoCpus { get; init; }

    [Key(1)] public long MemoryBytes { get; init; }

    [Key(2)] public ImmutableArray<GenericResource> Generic { get; init; } = [];
}

/// <summary>
/// A counted resource (<c>SSD=3</c>: <see cref="Count"/>), or one named unit (<c>GPU=uuid1</c>: <see cref="Unit"/>).
/// </summary>
[MessagePackObject]
public sealed record GenericResource
{
    [Key(0)] public required string Kind { get; init; }

    [Key(1)] public long Count { get; init; }

    /// <summary>Empty for a counted resource.</summary>
    [Key(2)] public string Unit { get; init; } = "";
}
