using Orchestrator.Model;
using Orchestrator.Scheduling.Affinities;
using Orchestrator.Scheduling.Sharing;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>
/// Finds what tasks want to be near to or away from, and what they share, in the state and in what a run has placed.
/// </summary>
internal sealed class Neighbours
{
    private readonly StateSnapshot _state;
    private readonly CandidateTable _table;
    private readonly AffinityIndex _affinities;

    public Neighbours(StateSnapshot state, CandidateTable table)
    {
        (_state, _table) = (state, table);
        _affinities = new AffinityIndex(state, table, Placed);
    }

    public RunPlacements Placed { get; } = new();

    public GroupAffinities AffinitiesOf(SchedulingRequest request) => _affinities.For(request);

    public GroupDependencies DependenciesOf(SchedulingRequest request) =>
        SharedTasks.Of(request, _state, _table, Placed);

    /// <summary>Services without whose tasks on a node a group cannot go there, or stay there.</summary>
    public IReadOnlySet<ServiceId> NeededBy(SchedulingRequest request) =>
        SharedTasks.WithAllThatTheyNeed(request.Dependencies, _affinities.NeededBy(request), _state);
}
