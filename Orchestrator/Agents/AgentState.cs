using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Agents;

/// <summary>What the agent must know after it was killed, before any manager answers.</summary>
[MessagePackObject]
public sealed record AgentState
{
    [Key(0)] public ImmutableArray<TaskRecord> Tasks { get; init; } = [];

    [Key(1)] public SessionSettings Session { get; init; } = new();
}
