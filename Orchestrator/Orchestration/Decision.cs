using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>
/// What a reconciler wants: changes that belong together, and when to look again although nothing changed.
/// </summary>
public sealed record Decision(ImmutableArray<Change> Changes, DateTimeOffset? WakeAt)
{
    public static Decision Nothing { get; } = new([], null);
}

/// <summary>Everything a reconciler may know.</summary>
public sealed record ReconcileContext(StateSnapshot State, DateTimeOffset Now, IdSource Ids);
