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
    /// <summary>Tasks that get a claim in one decision; the next one goes on.</summary>
    private const int MostAtOnce = 64;

    private readonly NodeOccupants _occupants = new(state);
    private readonly List<Preempted> _made = [];
    private readonly HashSet<(Candidate Candidate, ServiceId Service)> _kept = [];
    private int _claims;

    public IReadOnlyList<Preempted> Made => _made;

    /// <summary>
    /// Finds room for tasks of a group that fit nowhere now, and keeps it from groups that come after.
    /// </summary>
    /// <param name="refused">why the first does not fit</param>
    /// <returns>for each task what it waits for</returns>
    public IEnumerable<string> MakeRoom(Preemptor who, ServiceTask[] tasks, string refused)
    {
        List<RoomPlan> plans = _claims >= MostAtOnce ? [] :
        [
            .. table.All.ToArray().Where(candidate => NodeFilters.Fixed.PassAll(who.Group, candidate))
                .Select(candidate => PlanFor(who, candidate)).OfType<RoomPlan>(),
        ];
        foreach (var task in tasks)
        {
            if (_claims >= MostAtOnce || BestOf(plans, task) is not { } best)
            {
                yield return refused;
                continue;
            }
            Take(who, best, task);
            plans.RemoveAll(plan => plan == best || !who.Group.MeetsAffinities(plan.Candidate)
                || !who.Group.MeetsDependencies(plan.Candidate));
            if (PlanFor(who, best.Candidate) is { } next)
                plans.Add(next);
            yield return Waiting(best);
        }
    }

    /// <summary>Tasks of these services there are not pushed out: one that matters as much needs them.</summary>
    public void Keep(Candidate candidate, IEnumerable<ServiceId> services)
    {
        foreach (var service in services)
            _kept.Add((candidate, service));
    }

    /// <summary>Where tasks leave for this one already; else where it takes the least.</summary>
    private RoomPlan? BestOf(List<RoomPlan> plans, ServiceTask task)
    {
        if (plans.Count == 0)
            return null;
        if (plans.Find(plan => plan.Victims.IsEmpty && LeaveFor(plan.Candidate, task)) is { } claimed)
            return claimed;
        return IsFollowing(task) ? plans.Where(plan => plan.Victims.IsEmpty).Min() : plans.Min();
    }

    /// <summary>The task that it replaces has room still, which may be its own soon: nobody goes yet.</summary>
    private bool IsFollowing(ServiceTask task) =>
        task.Restart?.Replaces is { } former && state.Task(former) is { NodeId: { } node } old
        && old.Status.State.HoldsResources() && state.Node(node)?.Status.State == NodeState.Ready;

    private bool LeaveFor(Candidate candidate, ServiceTask task) =>
        _occupants.Of(candidate.Node).Any(occupant => occupant.Holder.Eviction?.For == task.Id);

    private RoomPlan? PlanFor(Preemptor who, Candidate candidate)
    {
        var occupants = _occupants.Of(candidate.Node);
        var soon = occupants.Where(occupant => occupant.LeavesSoon(now))
            .Aggregate(candidate.Usage, (left, occupant) => occupant.LeftBy(left));
        bool Fits(NodeUsage usage) => FitsWith(usage, who.Group, candidate);
        if (Fits(soon))
            return new RoomPlan(candidate, [], soon);
        Occupant[] lower = [.. occupants.Where(occupant => !occupant.IsLeaving && occupant.Level < who.Priority.Level
            && !who.Needed.Contains(occupant.Holder.ServiceId)
            && !_kept.Contains((candidate, occupant.Holder.ServiceId)))];
        return lower.Length > 0 && VictimSearch.Find(lower, soon, Fits) is { } victims
            ? new RoomPlan(candidate, victims, victims.Aggregate(soon, (left, victim) => victim.LeftBy(left)))
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

    private void Take(Preemptor who, RoomPlan plan, ServiceTask task)
    {
        var node = plan.Candidate.Node;
        if (!plan.Victims.IsEmpty)
        {
            var eviction = new Eviction
            {
                Reason = $"preempted by {who.Group.Request.Spec.Name}.{task.Slot} (priority {who.Priority.Level})",
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
        who.Group.Claim(plan.Candidate, plan.Left);
        Keep(plan.Candidate, who.Needed);
        _claims++;
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
