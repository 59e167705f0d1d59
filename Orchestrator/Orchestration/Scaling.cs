using Orchestrator.Model;

namespace Orchestrator.Orchestration;

/// <summary>As many slots as replicas: new tasks in the lowest free slots, or the least useful slots away.</summary>
internal static class Scaling
{
    /// <summary>
    /// New tasks in one decision; the rest follows in the next, so that no transaction grows without bound.
    /// </summary>
    private const int MostAtOnce = 1000;

    public static void Apply(TaskPlan plan, Service service)
    {
        var replicas = (int)Math.Min(service.Spec.Mode.Replicas, int.MaxValue);
        if (IsEven(plan.Wanted, replicas))
            return;
        foreach (var slot in Staying(plan).GroupBy(task => task.Slot).Where(slot => slot.Count() > 1))
            KeepOne(plan, slot);
        var slots = plan.Wanted.GroupBy(task => task.Slot).ToDictionary(slot => slot.Key, slot => slot.ToArray());
        if (slots.Count < replicas)
            Grow(plan, service, slots.Keys, Math.Min(replicas - slots.Count, MostAtOnce));
        else
            Shrink(plan, Victims(slots, slots.Count - replicas).Select(victim => victim.Slot).ToHashSet());
    }

    /// <summary>A task in each of so many slots: what a look finds nearly always.</summary>
    private static bool IsEven(ImmutableArray<ServiceTask> wanted, int replicas) =>
        wanted.Length == replicas && wanted.Select(task => task.Slot).ToHashSet().Count == replicas;

    /// <summary>A task that is evicted gently shares its slot with its replacement for a while.</summary>
    private static IEnumerable<ServiceTask> Staying(TaskPlan plan) =>
        plan.Wanted.Where(task => task.Eviction is not { Gentle: true });

    /// <summary>
    /// A decision whose outcome was not known may have been written, and then made again: the best of its tasks stays.
    /// </summary>
    private static void KeepOne(TaskPlan plan, IEnumerable<ServiceTask> slot)
    {
        var best = slot
            .OrderByDescending(task => task.Status.State == TaskState.Running)
            .ThenByDescending(task => task.Revision)
            .ThenBy(task => task.Meta.CreatedAt)
            .ThenBy(task => task.Id.Value, StringComparer.Ordinal);
        foreach (var spare in best.Skip(1))
            plan.Desire(spare, TaskState.Remove);
    }

    private static void Grow(TaskPlan plan, Service service, IReadOnlyCollection<int> taken, int count)
    {
        var used = taken.ToHashSet();
        for (var slot = 1; count > 0; slot++)
        {
            if (!used.Add(slot))
                continue;
            plan.Create(service, slot, restart: null);
            count--;
        }
    }

    /// <summary>The slots go with their history: nothing would ever clear that away.</summary>
    private static void Shrink(TaskPlan plan, HashSet<int> slots)
    {
        foreach (var task in plan.Tasks.Where(task => slots.Contains(task.Slot)))
            plan.Desire(task, TaskState.Remove);
    }

    /// <summary>
    /// Slots that do not run go first, then those on the nodes with most copies, then the highest numbers:
    /// what stays is spread best.
    /// </summary>
    private static IEnumerable<ServiceTask> Victims(Dictionary<int, ServiceTask[]> slots, int count)
    {
        var copies = new Dictionary<NodeId, int>();
        return slots
            .Select(slot => new { slot.Key, Tasks = slot.Value, Node = RunningOn(slot.Value) })
            .OrderBy(slot => slot.Key)
            .Select(slot =>
                new { slot.Key, slot.Tasks, Copy = slot.Node is { } node ? CountUp(copies, node) : int.MaxValue })
            .ToArray()
            .OrderByDescending(slot => slot.Copy)
            .ThenByDescending(slot => slot.Key)
            .Take(count)
            .SelectMany(slot => slot.Tasks);
    }

    private static NodeId? RunningOn(ServiceTask[] slot) =>
        slot.FirstOrDefault(task => task.Status.State == TaskState.Running && task.NodeId is not null)?.NodeId;

    private static int CountUp(Dictionary<NodeId, int> copies, NodeId node) =>
        copies[node] = copies.GetValueOrDefault(node) + 1;
}
