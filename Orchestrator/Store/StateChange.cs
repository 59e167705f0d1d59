using Orchestrator.Model;

namespace Orchestrator.Store;

/// <summary>A newer state and what led to it.</summary>
/// <param name="Keys">what changed since the reader's last state; null = too much to say: look at everything</param>
public sealed record StateChange(StateSnapshot Snapshot, ImmutableArray<ChangedKey>? Keys);

/// <summary>One object that was put or deleted.</summary>
public readonly record struct ChangedKey(Table Table, string Key);
