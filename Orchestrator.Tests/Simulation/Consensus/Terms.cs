using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>Where in the log each term began.</summary>
internal sealed class Terms
{
    private readonly Dictionary<ulong, ulong> _firstIndex = [];

    /// <summary>An entry was seen for the first time.</summary>
    public void Appended(LogPosition position) => _firstIndex.TryAdd(position.Term, position.Index);

    /// <summary>Of the entry with which the term's leader began; beyond every index when none was seen.</summary>
    public ulong FirstIndex(ulong term) => _firstIndex.GetValueOrDefault(term, ulong.MaxValue);
}
