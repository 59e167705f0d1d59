using Orchestrator.Model;

namespace Orchestrator.Scheduling.Explaining;

/// <param name="TasksInBranches">of the group's service, for each level of its placement preferences</param>
internal sealed record FittingCandidate(Candidate Candidate, GroupRank Rank, ImmutableArray<int> TasksInBranches)
{
    public NodeScore Score => new()
    {
        Failures = Rank.Failures,
        UnmetWishes = Rank.Unmet,
        TasksInBranches = TasksInBranches,
        TasksOfService = Rank.TasksOfService,
        ReservedPercent = Math.Abs(Rank.Rest.Share) / NodeRank.OnePercent,
        Tasks = Math.Abs(Rank.Rest.Tasks),
    };
}

/// <summary>Nodes that fit a group in the order in which they would be taken if those before were not there.</summary>
internal static class FittingOrder
{
    public static List<FittingCandidate> Of(GroupStanding group, IEnumerable<Candidate> fitting)
    {
        var nodes = fitting.Select(each => new FittingCandidate(each, group.RankOf(each), []));
        return group.Request.Strategy == SchedulingStrategy.Random
            ? [.. nodes.OrderBy(node => node.Rank.Unmet).ThenBy(node => node.Candidate.Index)]
            : InBranch(group, [.. nodes], group.Known, 0);
    }

    /// <param name="known">those of the branch where the group may have tasks, also such that do not fit</param>
    private static List<FittingCandidate> InBranch(
        GroupStanding group, List<FittingCandidate> nodes, IReadOnlyList<Candidate> known, int level)
    {
        if (level == group.Request.Branches.Length)
        {
            nodes.Sort(static (a, b) => a.Rank.CompareTo(b.Rank));
            return nodes;
        }
        string ValueOf(Candidate candidate) => group.Request.BranchOf(candidate.Node, level);
        var tasksIn = known.ToLookup(ValueOf, StringComparer.Ordinal);
        var branches = new PriorityQueue<(Queue<FittingCandidate> Nodes, int Tasks), BranchRank>();
        foreach (var below in nodes.GroupBy(node => ValueOf(node.Candidate), StringComparer.Ordinal))
        {
            Candidate[] there = [.. tasksIn[below.Key]];
            var tasks = there.Sum(group.TasksOn);
            var counted = below.Select(node => node with { TasksInBranches = node.TasksInBranches.Add(tasks) });
            Enqueue(branches, new(InBranch(group, [.. counted], there, level + 1)), tasks);
        }
        return Merged(branches, nodes.Count);
    }

    private static List<FittingCandidate> Merged(
        PriorityQueue<(Queue<FittingCandidate> Nodes, int Tasks), BranchRank> branches, int count)
    {
        var merged = new List<FittingCandidate>(count);
        while (branches.TryDequeue(out var best, out _))
        {
            merged.Add(best.Nodes.Dequeue());
            if (best.Nodes.Count > 0)
                Enqueue(branches, best.Nodes, best.Tasks);
        }
        return merged;
    }

    private static void Enqueue(
        PriorityQueue<(Queue<FittingCandidate> Nodes, int Tasks), BranchRank> branches,
        Queue<FittingCandidate> nodes, int tasks) =>
        branches.Enqueue((nodes, tasks), new BranchRank(nodes.Peek().Rank, tasks));
}
