using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>Tasks that have to go so that another one has room on their node.</summary>
public sealed record Preempted(ServiceTask For, Node Node, ImmutableArray<ServiceTask> Victims)
{
    /// <summary>Their mark.</summary>
    public required Eviction Eviction { get; init; }
}

/// <summary>
/// Makes room for waiting tasks that may push others out: on the node where the fewest have to go, of these where they
/// matter least. What is on its way out already counts as gone, so nobody is pushed out twice for the same room.
/// </summary>
internal sealed class Preemptions(StateSnapshot state, CandidateTable table, DateTimeOffset now)
{
    /// <summary>Tasks for which others are pushed out in one decision; the next one goes on.</summary>
    private const int MostAtOnce = 64;

    private readonly NodeOccupants _occupants = new(state);
    private readonly List<Preempted> _made = [];

    public IReadOnlyList<Preempted> Made => _made;

    /// <summary>
    /// Finds room for tasks of a group that fit nowhere now, and keeps it from groups that come after.
    /// </summary>
    /// <param name="refused">why the first does not fit</param>
    /// <returns>for each task what it waits for</returns>
    public IEnumerable<string> MakeRoom(GroupStanding group, Priority priority, ServiceTask[] tasks, string refused)
    {
        var plans = table.All.ToArray().Where(candidate => NodeFilters.Fixed.PassAll(group, candidate))
            .Select(candidate => PlanFor(group, priority, candidate)).OfType<RoomPlan>().ToList();
        foreach (var task in tasks)
        {
            if (BestOf(plans, task) is not { } best || (!best.Victims.IsEmpty && _made.Count >= MostAtOnce))
            {
                yield return refused;
                continue;
            }
            Take(group, priority, best, task);
            plans.Remove(best);
            if (PlanFor(group, priority, best.Candidate) is { } next)
                plans.Add(next);
            yield return Waiting(best);
        }
    }

    /// <summary>Where tasks leave for this one already; else where it takes the least.</summary>
    private RoomPlan? BestOf(List<RoomPlan> plans, ServiceTask task) => plans.Count == 0
        ? null
        : plans.Find(plan => plan.Victims.IsEmpty && LeaveFor(plan.Candidate, task)) ?? plans.Min();

    private bool LeaveFor(Candidate candidate, ServiceTask task) =>
        _occupants.Of(candidate.Node).Any(occupant => occupant.Holder.Eviction?.For == task.Id);

    private RoomPlan? PlanFor(GroupStanding group, Priority priority, Candidate candidate)
    {
        var occupants = _occupants.Of(candidate.Node);
        var soon = occupants.Where(occupant => occupant.IsLeaving)
            .Aggregate(candidate.Usage, (left, occupant) => occupant.LeftBy(left));
        bool Fits(NodeUsage usage) => FitsWith(usage, group, candidate);
        if (Fits(soon))
            return new RoomPlan(candidate, []);
        Occupant[] lower = [.. occupants.Where(occupant => !occupant.IsLeaving && occupant.Level < priority.Level)];
        return lower.Length > 0 && VictimSearch.Find(lower, soon, Fits) is { } victims
            ? new RoomPlan(candidate, victims)
            : null;
    }

    /// <summary>The filters look at the candidate: it is shown to them as it would be.</summary>
    private static bool FitsWith(NodeUsage usage, GroupStanding group, Candidate candidate)
    {
        var actual = candidate.Usage;
        candidate.Usage = usage;
        var fits = NodeFilters.Room.PassAll(group, candidate) && NodeFilters.Group.PassAll(group, candidate);
        candidate.Usage = actual;
        return fits;
    }

    private void Take(GroupStanding group, Priority priority, RoomPlan plan, ServiceTask task)
    {
        var node = plan.Candidate.Node;
        if (!plan.Victims.IsEmpty)
        {
            var eviction = new Eviction
            {
                Reason = $"preempted by {group.Request.Spec.Name}.{task.Slot} (priority {priority.Level})",
                At = now,
                For = task.Id,
            };
            _made.Add(new Preempted(task, node, [.. plan.Victims.Select(victim => victim.Holder)])
            {
                Eviction = eviction,
            });
            _occupants.MarkLeaving(node, plan.Victims, eviction);
        }
        // Until it is there nobody of lower priority gets that room.
        plan.Candidate.Usage = plan.Candidate.Usage.With(group.Request.Spec, null, +1);
        group.AddTasks(node.Key, 1);
        table.Journal.Add(plan.Candidate.Index);
    }

    private static string Waiting(RoomPlan plan)
    {
        var name = plan.Candidate.Node.Description.Hostname;
        return plan.Victims.Length switch
        {
            0 => $"waits for tasks on node {name} to stop",
            1 => $"waits for a task of lower priority on node {name} to stop",
            var count => $"waits for {count} tasks of lower priority on node {name} to stop",
        };
    }
}
