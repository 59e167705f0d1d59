using Orchestrator.Primitives;

namespace Orchestrator.Scheduling;

/// <summary>Places the tasks of a group anywhere, every node that fits being as likely as any other.</summary>
internal sealed class RandomPlacement(GroupStanding group, CandidateTable table, ulong seed)
{
    private List<Candidate> _alike = [];
    private ulong _draws;

    /// <returns>null when no node is left</returns>
    public Candidate? PlaceNext()
    {
        while (true)
        {
            if (_alike.Count == 0 && (_alike = WithFewestUnmet()).Count == 0)
                return null;
            var at = (int)(StableHash.Of(group.Request.Service.Value, seed + _draws++) % (ulong)_alike.Count);
            var drawn = _alike[at];
            if (NodeFilters.All.PassAll(group, drawn))
            {
                table.Journal.Add(drawn.Index);
                // What it sets apart may be liked better or worse now.
                if (group.Place(drawn).Count > 0)
                    _alike.Clear();
                return drawn;
            }
            _alike[at] = _alike[^1];
            _alike.RemoveAt(_alike.Count - 1);
        }
    }

    private List<Candidate> WithFewestUnmet()
    {
        var best = new List<Candidate>();
        var fewest = int.MaxValue;
        foreach (var candidate in table.All)
        {
            if (!NodeFilters.All.PassAll(group, candidate))
                continue;
            var unmet = group.RankOf(candidate).Unmet;
            if (unmet < fewest)
            {
                best.Clear();
                fewest = unmet;
            }
            if (unmet == fewest)
                best.Add(candidate);
        }
        return best;
    }
}
