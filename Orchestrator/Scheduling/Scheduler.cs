using Orchestrator.Model;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>A task and the node it goes to.</summary>
/// <param name="Grant">what of the node is its own; null when nothing was to be chosen</param>
public sealed record Placed(ServiceTask Task, Node Node, TaskGrant? Grant = null);

/// <summary>A task that fits nowhere, and why.</summary>
public sealed record Refused(ServiceTask Task, string Reason);

/// <summary>Tasks of a service are next to each other; those that were not tried again are left out.</summary>
public sealed record SchedulingDecision(ImmutableArray<Placed> Placed, ImmutableArray<Refused> Refused)
{
    /// <summary>Each for one of the refused.</summary>
    public ImmutableArray<Preempted> Preempted { get; init; } = [];
}

/// <summary>
/// Where each waiting task goes. Pure: the same state, moment and seed give the same decision. What it keeps between
/// two decisions only saves work. For one thread.
/// </summary>
public sealed class Scheduler
{
    private CandidateTable? _table;
    private NodePools? _pools;
    private Dictionary<(ServiceId Service, ulong Revision), WakeEvents> _waiting = [];

    /// <summary>What could let something fit that fitted nowhere in the last decision.</summary>
    public WakeEvents Awaited { get; private set; } = WakeEvents.All;

    /// <param name="now">failures of tasks are counted back from here</param>
    /// <param name="seed">what the strategy random draws from</param>
    /// <param name="happened">since the last decision: what waits for other events is not tried again</param>
    public SchedulingDecision Decide(
        StateSnapshot state, DateTimeOffset now, ulong seed, WakeEvents happened = WakeEvents.All)
    {
        if (_table is null || _pools is null || !_table.TryFollow(state))
            _pools = new NodePools(_table = new CandidateTable(state));
        _pools.Trim();
        var tasks = state.UnplacedTasks.ToArray();
        var run = new SchedulingRun(state, _table, _pools, now, seed);
        var groups = GroupsOf(tasks, state);
        var former = _waiting;
        _waiting = [];
        if (former.Count > 0)
            groups.RemoveAll(group => GoesOnWaiting(group, tasks, former, happened));
        PackLargestFirst(groups, _table);
        foreach (var group in groups)
            if (run.Place(tasks, group) is var wakes and not WakeEvents.None)
                _waiting[group.Key] = wakes;
        Awaited = _waiting.Values.Aggregate(WakeEvents.None, (all, wakes) => all | wakes);
        return run.ToDecision(tasks);
    }

    /// <summary>Tries the service again at the next decision whatever happens: it is not what it was.</summary>
    /// <returns>whether anything of it waited</returns>
    public bool Forget(ServiceId service)
    {
        var revisions = _waiting.Keys.Where(key => key.Service == service).ToArray();
        foreach (var key in revisions)
            _waiting.Remove(key);
        return revisions.Length > 0;
    }

    /// <summary>
    /// Nothing that refused it changed, and all its tasks say why they wait. One that pushes others out is always
    /// tried: its claim on the room that they leave is made anew in each decision.
    /// </summary>
    private bool GoesOnWaiting(TaskGroup group, ServiceTask[] tasks,
        Dictionary<(ServiceId Service, ulong Revision), WakeEvents> former, WakeEvents happened)
    {
        if (group.Priority.MayEvict || !former.TryGetValue(group.Key, out var wakes) || (wakes & happened) != 0)
            return false;
        for (var at = group.From; at < group.To; at++)
            if (tasks[at].Status.Error.Length == 0)
                return false;
        _waiting.Add(group.Key, wakes);
        return true;
    }

    /// <summary>Equal tasks together; who matters most comes first, then who waits longest.</summary>
    /// <param name="tasks">those of a service together; brought into the order of revisions and slots</param>
    private static List<TaskGroup> GroupsOf(ServiceTask[] tasks, StateSnapshot state)
    {
        var groups = new List<TaskGroup>();
        for (int start = 0, end; start < tasks.Length; start = end)
        {
            end = EndOf(tasks, start, static (a, b) => a.ServiceId == b.ServiceId);
            if (end - start > 1)
                Array.Sort(tasks, start, end - start, BySlot);
            for (int from = start, to; from < end; from = to)
            {
                to = EndOf(tasks, from, static (a, b) => a.ServiceId == b.ServiceId && a.Revision == b.Revision);
                groups.Add(new TaskGroup(RequestOf(tasks[from], state), tasks[from].Meta.CreatedAt.UtcTicks, from, to)
                {
                    Priority = Priority.Of(state, tasks[from]),
                });
            }
        }
        groups.Sort();
        return groups;
    }

    internal static SchedulingRequest RequestOf(
        ServiceId service, ulong revision, ServiceSpec spec, StateSnapshot state) =>
        new(service, revision, spec, state.Cluster?.Spec.Strategy ?? SchedulingStrategy.Spread);

    private static SchedulingRequest RequestOf(ServiceTask task, StateSnapshot state) =>
        RequestOf(task.ServiceId, task.Revision, state.SpecOf(task), state);

    /// <summary>
    /// Those that are to be packed change places with each other: of those that matter as much what is larger comes
    /// first, and the small fill its gaps.
    /// </summary>
    private static void PackLargestFirst(List<TaskGroup> groups, CandidateTable table)
    {
        int[] places = [.. Enumerable.Range(0, groups.Count)
            .Where(at => groups[at].Request.Strategy == SchedulingStrategy.Binpack)];
        if (places.Length < 2)
            return;
        var (cpus, memory) = (0.0, 0.0);
        foreach (var candidate in table.All)
        {
            cpus += candidate.Node.Description.Resources.NanoCpus;
            memory += candidate.Node.Description.Resources.MemoryBytes;
        }
        double SizeOf(SchedulingRequest request) =>
            (request.NanoCpus / (cpus + 1)) + (request.MemoryBytes / (memory + 1));
        TaskGroup[] sorted = [.. places.Select(at => groups[at]).OrderByDescending(group => group.Priority.Level)
            .ThenByDescending(group => SizeOf(group.Request))];
        for (var at = 0; at < places.Length; at++)
            groups[places[at]] = sorted[at];
    }

    private static int EndOf(ServiceTask[] tasks, int start, Func<ServiceTask, ServiceTask, bool> areAlike)
    {
        var end = start + 1;
        while (end < tasks.Length && areAlike(tasks[start], tasks[end]))
            end++;
        return end;
    }

    private static Comparer<ServiceTask> BySlot { get; } = Comparer<ServiceTask>.Create((a, b) =>
    {
        if (a.Revision != b.Revision)
            return a.Revision.CompareTo(b.Revision);
        return a.Slot != b.Slot ? a.Slot.CompareTo(b.Slot) : string.CompareOrdinal(a.Id.Value, b.Id.Value);
    });
}

/// <summary>Equal tasks of one decision: those from <paramref name="From"/> to before <paramref name="To"/>.</summary>
/// <param name="Since">when the first was made, in ticks</param>
internal readonly record struct TaskGroup(SchedulingRequest Request, long Since, int From, int To)
    : IComparable<TaskGroup>
{
    public Priority Priority { get; init; }

    public (ServiceId Service, ulong Revision) Key => (Request.Service, Request.Revision);

    public int CompareTo(TaskGroup other)
    {
        if (Priority.Level != other.Priority.Level)
            return other.Priority.Level.CompareTo(Priority.Level);
        return Since != other.Since ? Since.CompareTo(other.Since) : From.CompareTo(other.From);
    }
}
