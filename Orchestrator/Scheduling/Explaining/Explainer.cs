using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Explaining;

/// <summary>
/// Says what the scheduler would do with a task, and why, by the very filters and ranks that it decides with. It looks
/// at every node. Pure; for one thread.
/// </summary>
public sealed class Explainer
{
    private readonly StateSnapshot _state;
    private readonly CandidateTable _table;
    private readonly SchedulingRun _run;

    /// <param name="now">failures of tasks are counted back from here</param>
    public Explainer(StateSnapshot state, DateTimeOffset now)
    {
        (_state, _table) = (state, new CandidateTable(state));
        _run = new SchedulingRun(state, _table, new NodePools(_table), now, seed: 0);
    }

    /// <summary>Of the next task of this revision.</summary>
    public Explanation Explain(ServiceRevision revision)
    {
        var group = StandingOf(revision);
        var fitting = new List<Candidate>();
        var refusing = new Dictionary<NodeFilter, List<Candidate>>();
        foreach (var candidate in _table.All)
            if (NodeFilters.All.FirstRefusal(group, candidate) is not { } filter)
                fitting.Add(candidate);
            else if (refusing.TryGetValue(filter, out var others))
                others.Add(candidate);
            else
                refusing.Add(filter, [candidate]);
        var counts = refusing.ToDictionary(pair => pair.Key, pair => pair.Value.Count);
        var ordered = FittingOrder.Of(group, fitting);
        return new Explanation
        {
            Strategy = group.Request.Strategy,
            SpreadOver = [.. group.Request.Branches.Select(attribute => attribute.Key)],
            Nodes = _table.Count,
            Fitting = ordered.Count,
            Alike = AlikeOf(group, ordered),
            Best = [.. ordered.Take(Explanation.MostFitting)
                .Select(node => new FittingNode(node.Candidate.Node, node.Score))],
            Refusals = [.. RefusalReason.MostFirst(counts)
                .Select(count => RefusalsOf(group, count.Key, refusing[count.Key]))],
            Reason = ordered.Count > 0 ? "" : RefusalReason.Of(counts).Text,
        };
    }

    /// <summary>Whether this node takes the next task of this revision.</summary>
    public NodeVerdict VerdictOf(ServiceRevision revision, Node node)
    {
        var group = StandingOf(revision);
        var candidate = _table.Find(node.Key)!;
        if (NodeFilters.All.FirstRefusal(group, candidate) is { } filter)
            return RefusalOf(group, filter, candidate);
        return new FittingNode(node, new FittingCandidate(candidate, group.RankOf(candidate), []).Score);
    }

    /// <summary>
    /// Whether the task's own node would take it again, were it not there yet; null where it has none.
    /// </summary>
    public static NodeVerdict? VerdictOf(StateSnapshot state, ServiceTask task, DateTimeOffset now)
    {
        if (task.NodeId is not { } id || state.Node(id) is not { } node
            || state.Revision(task.ServiceId, task.Revision) is not { } revision)
            return null;
        var without = StateStore.After(state, Transaction.Of(Change.Delete(task)), out _);
        return without is null ? null : new Explainer(without, now).VerdictOf(revision, node);
    }

    private GroupStanding StandingOf(ServiceRevision revision) =>
        _run.StandingOf(Scheduler.RequestOf(revision.ServiceId, revision.Number, revision.Spec, _state));

    private static int AlikeOf(GroupStanding group, List<FittingCandidate> ordered)
    {
        if (group.Request.Strategy != SchedulingStrategy.Random)
            return Math.Min(1, ordered.Count);
        return ordered.TakeWhile(node => node.Rank.Unmet == ordered[0].Rank.Unmet).Count();
    }

    private static FilterRefusals RefusalsOf(GroupStanding group, NodeFilter filter, List<Candidate> nodes) => new(
        filter.Name, nodes.Count, filter.Explain(nodes.Count), RefusalReason.InWords(filter.Wakes),
        [.. nodes.Take(Explanation.MostRefusals).Select(node => RefusalOf(group, filter, node))]);

    private static RefusingNode RefusalOf(GroupStanding group, NodeFilter filter, Candidate candidate)
    {
        var detail = filter.Detail(group, candidate);
        return new RefusingNode(candidate.Node, filter.Name, detail.What, detail.Remedy);
    }
}
