using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>What recovery of the log starts from.</summary>
/// <param name="Snapshot">default when there is none</param>
/// <param name="MustReach">acknowledged entries reach at least to this index</param>
internal readonly record struct LogStart(LogPosition Snapshot, ulong MustReach);
