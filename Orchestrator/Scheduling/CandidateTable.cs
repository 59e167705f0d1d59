using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>
/// All nodes of a state, in the order of their ids. It is carried from state to state, and notes which nodes changed,
/// so that what was worked out of the others stays.
/// </summary>
internal sealed class CandidateTable
{
    private readonly Candidate[] _candidates;
    private readonly Dictionary<string, Candidate> _byId;
    private readonly double _overcommit;
    private long _groups;

    public CandidateTable(StateSnapshot state)
    {
        _overcommit = OvercommitOf(state);
        _candidates = [.. state.Nodes.Values.Select(
            (node, at) => new Candidate(at, node, state.UsageOf(node.Id), _overcommit))];
        _byId = _candidates.ToDictionary(candidate => candidate.Node.Key, StringComparer.Ordinal);
    }

    public ReadOnlySpan<Candidate> All => _candidates;

    public int Count => _candidates.Length;

    /// <summary>
    /// Indexes of nodes in the order in which what is placed on them changed; the complement of one whose node itself
    /// did.
    /// </summary>
    public List<int> Journal { get; } = [];

    public Candidate this[int index] => _candidates[index];

    public Candidate? Find(string node) => _byId.GetValueOrDefault(node);

    /// <summary>A number for a group of tasks that no other one had.</summary>
    public long NextGroup() => ++_groups;

    /// <summary>Goes on with the next state.</summary>
    /// <returns>false when a node came or went, or all changed: the table is of no use then</returns>
    public bool TryFollow(StateSnapshot state)
    {
        if (state.Nodes.Count != Count || OvercommitOf(state) != _overcommit)
            return false;
        using var usages = state.UsageByNode.GetEnumerator();
        var hasUsage = usages.MoveNext();
        var at = 0;
        foreach (var node in state.Nodes.Values)
        {
            while (hasUsage && string.CompareOrdinal(usages.Current.Key, node.Key) < 0)
                hasUsage = usages.MoveNext();
            var usage = hasUsage && usages.Current.Key == node.Key ? usages.Current.Value : NodeUsage.None;
            if (!TryFollow(at++, node, usage))
                return false;
        }
        return true;
    }

    private static double OvercommitOf(StateSnapshot state) => state.Cluster?.Spec.Overcommit ?? 0;

    private bool TryFollow(int at, Node node, NodeUsage usage)
    {
        var candidate = _candidates[at];
        if (!ReferenceEquals(candidate.Node, node))
        {
            if (candidate.Node.Id != node.Id)
                return false;
            _byId[node.Key] = _candidates[at] = new Candidate(at, node, usage, _overcommit);
            Journal.Add(~at);
        }
        else if (!ReferenceEquals(candidate.Usage, usage))
        {
            candidate.Usage = usage;
            Journal.Add(at);
        }
        return true;
    }
}
