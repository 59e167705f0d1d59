using System.Diagnostics.CodeAnalysis;
using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Scheduling;

/// <summary>The nodes still in the race for one group of tasks, best first by the strategy.</summary>
internal sealed class CandidatePool(SchedulingStrategy strategy, SchedulingRequest request, ulong seed)
{
    private readonly PriorityQueue<Candidate, NodeRank> _ranked = new();
    private readonly SortedList<int, List<Candidate>> _unranked = [];
    private ulong _draws;

    public void Add(Candidate candidate)
    {
        if (strategy != SchedulingStrategy.Random)
        {
            _ranked.Enqueue(candidate, NodeRank.Of(strategy, request, candidate, seed));
            return;
        }
        var unmet = request.UnmetWishes(candidate.Node);
        if (!_unranked.TryGetValue(unmet, out var alike))
            _unranked.Add(unmet, alike = []);
        alike.Add(candidate);
    }

    /// <summary>Takes the best one out; put it back with <see cref="Add"/> if it has room for more.</summary>
    public bool TryTake([NotNullWhen(true)] out Candidate? best)
    {
        if (strategy != SchedulingStrategy.Random)
            return _ranked.TryDequeue(out best, out _);
        best = null;
        if (_unranked.Count == 0)
            return false;
        var (unmet, alike) = _unranked.First();
        var at = (int)(StableHash.Of(request.Service.Value, seed + _draws++) % (ulong)alike.Count);
        best = alike[at];
        alike[at] = alike[^1];
        alike.RemoveAt(alike.Count - 1);
        if (alike.Count == 0)
            _unranked.Remove(unmet);
        return true;
    }
}
