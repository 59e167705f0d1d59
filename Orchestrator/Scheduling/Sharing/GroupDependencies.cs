using Orchestrator.Model;

namespace Orchestrator.Scheduling.Sharing;

/// <summary>
/// What a group's tasks share of others, and where those are: each task goes to a node with one of each, and shares
/// those that the fewest others of its service share. Where each has its share of them already, it goes only when no
/// more is to come that needs a companion.
/// </summary>
internal sealed class GroupDependencies
{
    private readonly ImmutableArray<Sources> _all;
    private readonly Dictionary<TaskId, int> _sharers = [];

    /// <param name="own">tasks of the group's service and revision that stay</param>
    public GroupDependencies(IEnumerable<Sources> all, IEnumerable<ServiceTask> own)
    {
        _all = [.. all];
        foreach (var task in own)
            Count(task.Grant?.Shared ?? []);
    }

    private GroupDependencies() => _all = [];

    public static GroupDependencies None { get; } = new();

    public bool IsEmpty => _all.IsEmpty;

    /// <summary>Nodes with a task of the first dependency; no other will do.</summary>
    public IEnumerable<int> NodesOfFirst() => _all.IsEmpty ? [] : _all[0].ByNode.Keys;

    public bool AreMet(Candidate candidate) => FirstUnmet(candidate) is null;

    /// <summary>The first of which the node has nothing to share; null when there is none.</summary>
    public Sources? FirstUnmet(Candidate candidate)
    {
        foreach (var sources in _all)
            if (sources.On(candidate).Count == 0 || (sources.HasMoreToCome && IsFull(candidate, sources)))
                return sources;
        return null;
    }

    /// <summary>On the node each task of one of them has its share of the group's tasks already.</summary>
    public bool IsFull(Candidate candidate)
    {
        foreach (var sources in _all)
            if (IsFull(candidate, sources))
                return true;
        return false;
    }

    /// <summary>How many of the group's tasks come on each that they share there, rounded down.</summary>
    /// <param name="tasks">of the group, on the node</param>
    public int Load(Candidate candidate, int tasks)
    {
        if (tasks == 0 || _all.IsEmpty)
            return tasks;
        var fewest = int.MaxValue;
        foreach (var sources in _all)
            fewest = Math.Min(fewest, sources.On(candidate).Count);
        return fewest == 0 ? tasks : tasks / fewest;
    }

    /// <summary>What the next task shares on the node, one for each dependency; it counts from now on.</summary>
    public ImmutableArray<SharedTask> Choose(Candidate candidate)
    {
        if (_all.IsEmpty)
            return [];
        ImmutableArray<SharedTask> chosen =
        [
            .. _all.Select(sources => new SharedTask
            {
                Service = sources.Dependency.Service,
                TaskId = sources.On(candidate).MinBy(task => Standing(task, sources))!.Id,
            }),
        ];
        Count(chosen);
        return chosen;
    }

    /// <summary>
    /// Lower is better. One with room comes before all; what is about to go, or fails again and again, is left alone
    /// where there are others.
    /// </summary>
    private (bool IsFull, bool Leaves, bool IsOutdated, bool Fails, int Sharers, int Slot, string Id) Standing(
        ServiceTask task, Sources sources) => (
        SharersOf(task) >= sources.MostSharers, task.Eviction is not null,
        task.Revision != sources.Service!.TemplateRevision,
        task is { Restart.Failures: > 0, Status.State: < TaskState.Running },
        SharersOf(task), task.Slot, task.Id.Value);

    private bool IsFull(Candidate candidate, Sources sources) =>
        sources.On(candidate).TrueForAll(task => SharersOf(task) >= sources.MostSharers);

    private int SharersOf(ServiceTask task) => _sharers.GetValueOrDefault(task.Id);

    private void Count(ImmutableArray<SharedTask> shared)
    {
        foreach (var task in shared.Select(one => one.TaskId).Distinct()) // by name and by id it is one all the same
            _sharers[task] = _sharers.GetValueOrDefault(task) + 1;
    }
}

/// <summary>The tasks of one dependency.</summary>
/// <param name="Service">null: there is none of that name</param>
internal sealed record Sources(Dependency Dependency, Service? Service)
{
    private static readonly List<ServiceTask> Nobody = [];

    /// <summary>Tasks of the group's service that one of these is to have: what comes on each, rounded up.</summary>
    public int MostSharers { get; init; }

    /// <summary>Some of its tasks have no node yet.</summary>
    public bool HasMoreToCome { get; init; }

    /// <summary>Tasks that can be shared, by the index of their node's candidate.</summary>
    public IReadOnlyDictionary<int, List<ServiceTask>> ByNode { get; init; } = new Dictionary<int, List<ServiceTask>>();

    public List<ServiceTask> On(Candidate candidate) => ByNode.GetValueOrDefault(candidate.Index, Nobody);
}
