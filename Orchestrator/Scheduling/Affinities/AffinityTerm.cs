namespace Orchestrator.Scheduling.Affinities;

/// <summary>
/// One affinity of a group with the places where something matches it, kept up to date while the group is placed.
/// </summary>
/// <param name="matchesOwn">the group's own tasks match it</param>
internal sealed class AffinityTerm(Affinity affinity, bool matchesOwn, CandidateTable table)
{
    private readonly HashSet<int> _nodes = [];
    private readonly HashSet<string> _places = new(StringComparer.Ordinal);

    public Affinity Affinity => affinity;

    /// <summary>
    /// Nothing matches yet, and the group itself will: its first task goes to any place, or nothing could ever begin.
    /// </summary>
    private bool IsOpen => matchesOwn && !affinity.IsNegative
        && (affinity.Topology is null ? _nodes.Count : _places.Count) == 0;

    /// <summary>Only nodes where something matches will do.</summary>
    public bool IsBound => !affinity.IsNegative && !affinity.IsSoft && !IsOpen;

    public bool IsMetWhereNothingMatches => affinity.IsNegative || IsOpen;

    public bool MatchesOwn => matchesOwn;

    public bool IsMet(Candidate candidate) =>
        IsOpen ? IsInAPlace(candidate) : Matches(candidate) != affinity.IsNegative;

    /// <returns>whether the place is a new one</returns>
    public bool Add(Candidate candidate)
    {
        var isNew = _nodes.Add(candidate.Index);
        if (affinity.Topology is not { } topology)
            return isNew;
        return topology.ValueOf(candidate.Node) is { } place && _places.Add(place);
    }

    /// <summary>
    /// The nodes of all places where something matches; while that may be any place, those that are in none.
    /// </summary>
    public IEnumerable<int> NodesApart(AffinityIndex index)
    {
        if (affinity.Topology is not { } topology)
            return _nodes;
        return IsOpen ? index.NodesWithout(topology) : _places.SelectMany(place => index.NodesIn(topology, place));
    }

    /// <summary>The nodes of the place that the node is in.</summary>
    public IEnumerable<int> NodesAround(Candidate candidate, AffinityIndex index)
    {
        if (affinity.Topology is not { } topology)
            return [candidate.Index];
        return topology.ValueOf(candidate.Node) is { } place ? index.NodesIn(topology, place) : [];
    }

    public void AddAll(IEnumerable<int> nodes)
    {
        foreach (var node in nodes)
            Add(table[node]);
    }

    private bool IsInAPlace(Candidate candidate) => affinity.Topology?.ValueOf(candidate.Node) is not null
        || affinity.Topology is null;

    private bool Matches(Candidate candidate)
    {
        if (affinity.Topology is not { } topology)
            return _nodes.Contains(candidate.Index);
        return topology.ValueOf(candidate.Node) is { } place && _places.Contains(place);
    }
}
