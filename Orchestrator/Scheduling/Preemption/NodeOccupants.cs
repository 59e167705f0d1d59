using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>Who holds resources of the nodes, each node looked up when it is asked for.</summary>
internal sealed class NodeOccupants(StateSnapshot state)
{
    private readonly Dictionary<string, ImmutableArray<Occupant>> _byNode = new(StringComparer.Ordinal);
    private readonly Dictionary<ServiceId, int> _levels = [];

    /// <summary>In the order in which they are asked to go; those that the run has placed are not among them.</summary>
    public ImmutableArray<Occupant> Of(Node node)
    {
        if (!_byNode.TryGetValue(node.Key, out var occupants))
            _byNode.Add(node.Key, occupants = Read(node));
        return occupants;
    }

    /// <summary>They are told to go: what they hold is free soon.</summary>
    public void MarkLeaving(Node node, ImmutableArray<Occupant> leaving, Eviction eviction) =>
        _byNode[node.Key] = [.. Of(node).Select(occupant => leaving.Contains(occupant)
            ? occupant with { Holder = occupant.Holder.Evicted(eviction) }
            : occupant)];

    private ImmutableArray<Occupant> Read(Node node)
    {
        var occupants = new List<Occupant>();
        foreach (var task in state.TasksOn(node.Id).Values)
            if (task.Status.State.HoldsResources())
                occupants.Add(Occupant.Of(state, task, LevelOf));
        occupants.Sort(Occupant.Compare);
        return [.. occupants];
    }

    private int LevelOf(ServiceTask task)
    {
        if (!_levels.TryGetValue(task.ServiceId, out var level))
            _levels.Add(task.ServiceId, level = Priority.Of(state, task).Level);
        return level;
    }
}
