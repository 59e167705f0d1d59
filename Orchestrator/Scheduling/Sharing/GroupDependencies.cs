using Orchestrator.Model;

namespace Orchestrator.Scheduling.Sharing;

/// <summary>
/// What a group's tasks share of others, and where those are: each task goes to a node with one of each, and shares
/// those that the fewest others of its service share.
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

    /// <summary>Nodes with a task of the first; no other will do.</summary>
    public IEnumerable<int> NodesApart() => _all.IsEmpty ? [] : _all[0].ByNode.Keys;

    public bool AreMet(Candidate candidate) => FirstUnmet(candidate) is null;

    /// <summary>The first that has no task on the node; null when there is none.</summary>
    public Sources? FirstUnmet(Candidate candidate)
    {
        foreach (var sources in _all)
            if (!sources.ByNode.ContainsKey(candidate.Index))
                return sources;
        return null;
    }

    /// <summary>How many of the group's tasks come on each that they share there, rounded down.</summary>
    /// <param name="tasks">of the group, on the node</param>
    public int Load(Candidate candidate, int tasks)
    {
        if (tasks == 0 || _all.IsEmpty)
            return tasks;
        var fewest = int.MaxValue;
        foreach (var sources in _all)
            fewest = Math.Min(fewest, sources.ByNode.GetValueOrDefault(candidate.Index)?.Count ?? 0);
        return fewest == 0 ? tasks : tasks / fewest;
    }

    /// <summary>What the next task shares on the node, one for each dependency; it counts from now on.</summary>
    public ImmutableArray<SharedTask> Choose(Candidate candidate)
    {
        if (_all.IsEmpty)
            return [];
        ImmutableArray<SharedTask> chosen =
        [
            .. _all.Where(sources => sources.ByNode.ContainsKey(candidate.Index)).Select(sources => new SharedTask
            {
                Service = sources.Dependency.Service,
                TaskId = sources.ByNode[candidate.Index].MinBy(Standing)!.Id,
            }),
        ];
        Count(chosen);
        return chosen;
    }

    /// <summary>Lower is better: one that moves away, or is outdated, is left alone where there are others.</summary>
    private (bool Leaves, int Sharers, ulong Outdated, int Slot, string Id) Standing(ServiceTask task) => (
        task.Eviction is not null, _sharers.GetValueOrDefault(task.Id), ulong.MaxValue - task.Revision, task.Slot,
        task.Id.Value);

    private void Count(ImmutableArray<SharedTask> shared)
    {
        foreach (var one in shared)
            _sharers[one.TaskId] = _sharers.GetValueOrDefault(one.TaskId) + 1;
    }
}

/// <param name="Service">null: there is none of that name</param>
/// <param name="ByNode">tasks that can be shared, by the index of their node's candidate</param>
internal sealed record Sources(
    Dependency Dependency, Service? Service, IReadOnlyDictionary<int, List<ServiceTask>> ByNode);
