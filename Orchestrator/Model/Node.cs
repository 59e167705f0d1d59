using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>A host of the cluster.</summary>
[MessagePackObject]
public sealed record Node : IStoreObject
{
    [Key(0)] public required NodeId Id { get; init; }

    [Key(1)] public ObjectMeta Meta { get; init; } = new();

    [Key(2)] public NodeSpec Spec { get; init; } = new();

    /// <summary>As the node last described itself.</summary>
    [Key(3)] public NodeDescription Description { get; init; } = new();

    [Key(4)] public NodeStatus Status { get; init; } = new();

    /// <summary>Where other nodes reach this manager, <c>ip:port</c>; empty for a worker.</summary>
    [Key(5)] public string ManagerAddress { get; init; } = "";

    public string Key => Id.Value;

    /// <summary>Hosts may share a hostname.</summary>
    public string? UniqueName => null;

    public IStoreObject WithMeta(ObjectMeta meta) => this with { Meta = meta };
}

public enum NodeRole
{
    Worker = 0,
    Manager = 1,
}

public enum Availability
{
    Active = 0,
    Pause = 1,
    Drain = 2,
}

/// <summary>What the operators want of a node.</summary>
[MessagePackObject]
public sealed record NodeSpec
{
    [Key(0)] public string Name { get; init; } = "";

    /// <summary>Set by managers only; constraints see them as <c>node.labels.*</c>.</summary>
    [Key(1)] public ImmutableSortedDictionary<string, string> Labels { get; init; } = StringMap.Empty;

    [Key(2)] public NodeRole Role { get; init; }

    [Key(3)] public Availability Availability { get; init; }
}

/// <summary>What a node says of itself.</summary>
[MessagePackObject]
public sealed record NodeDescription
{
    [Key(0)] public string Hostname { get; init; } = "";

    [Key(1)] public Platform Platform { get; init; } = new();

    [Key(2)] public NodeResources Resources { get; init; } = new();

    /// <summary>Version of the runtime that starts tasks there.</summary>
    [Key(3)] public string EngineVersion { get; init; } = "";

    /// <summary>Set by the host's administrator; constraints see them as <c>engine.labels.*</c>.</summary>
    [Key(4)] public ImmutableSortedDictionary<string, string> EngineLabels { get; init; } = StringMap.Empty;

    /// <summary><c>Volume/local</c>, <c>Network/bridge</c>, <c>Log/json-file</c>.</summary>
    [Key(5)] public ImmutableArray<string> Plugins { get; init; } = [];

    /// <summary><c>docker</c> or <c>process</c>.</summary>
    [Key(6)] public string Runtime { get; init; } = "";

    /// <summary>Why the runtime cannot start tasks now; empty when it can. Such a node gets no new tasks.</summary>
    [Key(7)] public string RuntimeError { get; init; } = "";

    /// <summary>Version of swarmnet.</summary>
    [Key(8)] public string DaemonVersion { get; init; } = "";

    /// <summary>Images that are present: ids, and references with and without their tags.</summary>
    [Key(9)] public ImmutableArray<string> Images { get; init; } = [];

    /// <summary>Of <see cref="Resources"/>: kept back for the host itself, by its administrator.</summary>
    [Key(10)] public NodeResources Reserved { get; init; } = new();
}

public enum NodeState
{
    Unknown = 0,
    Down = 1,
    Ready = 2,
    Disconnected = 3,
}

[MessagePackObject]
public sealed record NodeStatus
{
    [Key(0)] public NodeState State { get; init; }

    [Key(1)] public string Message { get; init; } = "";

    /// <summary>IP address the manager sees the node under.</summary>
    [Key(2)] public string Address { get; init; } = "";

    /// <summary>When the state was last changed.</summary>
    [Key(3)] public DateTimeOffset Since { get; init; }
}
