namespace Orchestrator.Scheduling.Affinities;

/// <summary>What a group wants to be near to, and what it wants to be away from.</summary>
internal sealed class GroupAffinities
{
    private static readonly List<int> Nobody = [];

    private readonly ImmutableArray<AffinityTerm> _terms;
    private readonly AffinityIndex? _index;
    private readonly bool _isImpossible;

    /// <param name="isImpossible">one of them is no expression: no node meets it</param>
    public GroupAffinities(ImmutableArray<AffinityTerm> terms, AffinityIndex index, bool isImpossible)
    {
        (_terms, _index, _isImpossible) = (terms, index, isImpossible);
        UnmetWishesOfUnknown = CountUnmetOfUnknown();
    }

    private GroupAffinities() => _terms = [];

    public static GroupAffinities None { get; } = new();

    /// <summary>Wishes that a node does not meet where nothing matches any of them.</summary>
    public int UnmetWishesOfUnknown { get; private set; }

    /// <summary>Only nodes that are set apart will do.</summary>
    public bool AreBound
    {
        get
        {
            foreach (var term in _terms)
                if (term.IsBound)
                    return true;
            return false;
        }
    }

    /// <summary>Nodes that stand otherwise than those where nothing matches.</summary>
    public IEnumerable<int> NodesApart() => _terms.Where(SetsApart).SelectMany(term => term.NodesApart(_index!));

    public bool AreMet(Candidate candidate) => !_isImpossible && FirstUnmet(candidate) is null;

    /// <summary>The first that is no wish and that the node does not meet; null when there is none.</summary>
    public Affinity? FirstUnmet(Candidate candidate)
    {
        foreach (var term in _terms)
            if (!term.Affinity.IsSoft && !term.IsMet(candidate))
                return term.Affinity;
        return null;
    }

    public int UnmetWishes(Candidate candidate)
    {
        var unmet = 0;
        foreach (var term in _terms)
            unmet += !term.Affinity.IsSoft || term.IsMet(candidate) ? 0 : 1;
        return unmet;
    }

    /// <summary>One of the group's own tasks goes there.</summary>
    /// <returns>nodes that stand otherwise now, beside this one</returns>
    public List<int> Place(Candidate candidate)
    {
        if (_terms.IsEmpty)
            return Nobody;
        var changed = new List<int>();
        foreach (var term in _terms)
            if (term.MatchesOwn && term.Add(candidate) && SetsApart(term))
                changed.AddRange(term.NodesAround(candidate, _index!));
        UnmetWishesOfUnknown = CountUnmetOfUnknown();
        return changed;
    }

    /// <summary>A hard affinity that is negative only excludes nodes, which the filter does.</summary>
    private static bool SetsApart(AffinityTerm term) => term.Affinity.IsSoft || !term.Affinity.IsNegative;

    private int CountUnmetOfUnknown() => _terms.Count(term => term.Affinity.IsSoft && !term.IsMetWhereNothingMatches);
}
