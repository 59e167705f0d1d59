using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>One pass over the waiting tasks; what it places counts at once for what it places next.</summary>
internal sealed class SchedulingRun(StateSnapshot state, ulong seed)
{
    private const string StrategyLabel = "swarmnet.strategy";

    private readonly ImmutableArray<Candidate> _candidates =
        [.. state.Nodes.Values.Select(node => new Candidate(node, state.UsageOf(node.Id)))];

    private readonly ImmutableArray<Placed>.Builder _placed = ImmutableArray.CreateBuilder<Placed>();
    private readonly ImmutableArray<Refused>.Builder _refused = ImmutableArray.CreateBuilder<Refused>();

    /// <summary>
    /// Places tasks of one service and revision, best node first; a node that filled up leaves the race.
    /// </summary>
    public void Place(ImmutableArray<ServiceTask> tasks)
    {
        var request = new SchedulingRequest(tasks[0].ServiceId, state.SpecOf(tasks[0]));
        var pool = new CandidatePool(StrategyOf(request.Spec), request, seed);
        foreach (var candidate in _candidates)
            if (FirstRefusal(request, candidate) is null)
                pool.Add(candidate);
        var next = 0;
        while (next < tasks.Length && TryPlace(tasks[next], request, pool))
            next++;
        if (next == tasks.Length)
            return;
        // Equal tasks, and no node is left: the reason is the same for all of them.
        var reason = Explain(request);
        foreach (var task in tasks[next..])
            _refused.Add(new Refused(task, reason));
    }

    public SchedulingDecision ToDecision() => new(_placed.ToImmutable(), _refused.ToImmutable());

    private static NodeFilter? FirstRefusal(SchedulingRequest request, Candidate candidate)
    {
        foreach (var filter in NodeFilters.All)
            if (!filter.Passes(request, candidate))
                return filter;
        return null;
    }

    private bool TryPlace(ServiceTask task, SchedulingRequest request, CandidatePool pool)
    {
        while (pool.TryTake(out var best))
        {
            if (FirstRefusal(request, best) is not null)
                continue;
            best.Take(task, request.Spec);
            _placed.Add(new Placed(task, best.Node));
            pool.Add(best);
            return true;
        }
        return false;
    }

    private SchedulingStrategy StrategyOf(ServiceSpec spec) => spec.Labels.GetValueOrDefault(StrategyLabel) switch
    {
        "spread" => SchedulingStrategy.Spread,
        "binpack" => SchedulingStrategy.Binpack,
        "random" => SchedulingStrategy.Random,
        _ => state.Cluster?.Spec.Strategy ?? SchedulingStrategy.Spread,
    };

    /// <summary>Counts the nodes by the first filter that refused them, most first.</summary>
    private string Explain(SchedulingRequest request)
    {
        var counts = _candidates
            .Select(candidate => FirstRefusal(request, candidate))
            .OfType<NodeFilter>()
            .CountBy(filter => filter)
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key.Name, StringComparer.Ordinal)
            .Select(count => count.Key.Explain(count.Value));
        var reasons = string.Join("; ", counts);
        return reasons.Length == 0 ? "no suitable node" : $"no suitable node ({reasons})";
    }
}
