using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>
/// A manager asks the one that leads, which alone has the agents' sessions, for logs. The answer ends with
/// <see cref="LogEnd"/>, or has broken off.
/// </summary>
[MessagePackObject]
public sealed record TaskLogsRequest
{
    [Key(0)] public ImmutableArray<NodeTasks> Nodes { get; init; } = [];

    [Key(1)] public LogOptions Options { get; init; } = new();
}

/// <summary>Tasks of one node.</summary>
[MessagePackObject]
public sealed record NodeTasks
{
    [Key(0)] public required NodeId NodeId { get; init; }

    [Key(1)] public ImmutableArray<TaskId> Tasks { get; init; } = [];
}
