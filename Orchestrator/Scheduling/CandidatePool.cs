using System.Diagnostics.CodeAnalysis;
using Orchestrator.Model;

namespace Orchestrator.Scheduling;

/// <summary>The nodes still in the race for one group of tasks, best first by the strategy.</summary>
internal sealed class CandidatePool(SchedulingStrategy strategy, SchedulingRequest request, ulong seed)
{
    private readonly PriorityQueue<Candidate, NodeRank> ranked = new();
    private readonly List<Candidate> unranked = [];
    private ulong draws;

    public void Add(Candidate candidate)
    {
        if (strategy == SchedulingStrategy.Random)
            unranked.Add(candidate);
        else
            ranked.Enqueue(candidate, NodeRank.Of(strategy, request, candidate, seed));
    }

    /// <summary>Takes the best one out; put it back with <see cref="Add"/> if it has room for more.</summary>
    public bool TryTake([NotNullWhen(true)] out Candidate? best)
    {
        if (strategy != SchedulingStrategy.Random)
            return ranked.TryDequeue(out best, out _);
        best = null;
        if (unranked.Count == 0)
            return false;
        var at = (int)(NodeRank.Hash(request.Service.Value, seed + draws++) % (ulong)unranked.Count);
        best = unranked[at];
        unranked[at] = unranked[^1];
        unranked.RemoveAt(unranked.Count - 1);
        return true;
    }
}
