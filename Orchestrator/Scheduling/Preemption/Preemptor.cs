using Orchestrator.Model;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>Equal tasks that fit nowhere, and may push others out.</summary>
/// <param name="Needed">services that it wants to be near to: it never pushes them out</param>
internal sealed record Preemptor(GroupStanding Group, Priority Priority, IReadOnlySet<ServiceId> Needed);
