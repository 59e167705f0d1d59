using Orchestrator.Model;
using Orchestrator.Scheduling.Affinities;
using Orchestrator.Scheduling.Sharing;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>
/// How nodes stand with one group of tasks: its service's tasks there, its failures, its affinities, what it shares.
/// </summary>
internal sealed class GroupStanding
{
    /// <summary>From so many on, within <see cref="FailureWindow"/>, a node comes after all that do better.</summary>
    public const int ManyFailures = 3;

    public static readonly TimeSpan FailureWindow = TimeSpan.FromMinutes(5);

    private readonly CandidateTable _table;
    private readonly GroupAffinities _affinities;
    private readonly GroupDependencies _dependencies;
    private readonly long _group;
    private readonly List<Candidate> _known = [];

    /// <param name="group">a number that no other group of the table has, from 1</param>
    public GroupStanding(SchedulingRequest request, CandidateTable table, Neighbours neighbours, long group)
    {
        (Request, _table, _group) = (request, table, group);
        (_affinities, _dependencies) = (neighbours.AffinitiesOf(request), neighbours.DependenciesOf(request));
        if (_affinities != GroupAffinities.None)
            foreach (var node in _affinities.NodesApart())
                Know(table[node]);
        foreach (var node in _dependencies.NodesOfFirst())
            Know(table[node]);
    }

    public SchedulingRequest Request { get; }

    public long Group => _group;

    /// <summary>Nodes that anything sets apart.</summary>
    public IReadOnlyList<Candidate> Known => _known;

    /// <summary>Of the task that was placed last.</summary>
    public TaskGrant? LastGrant { get; private set; }

    /// <summary>Where the service has tasks in the state, and where it failed lately.</summary>
    public GroupStanding Read(StateSnapshot state, DateTimeOffset now)
    {
        foreach (var (node, count) in state.PlacedOf(Request.Service))
            AddTasks(node, count);
        var failures = state.FailuresOf(Request.Service);
        if (!failures.IsEmpty)
            AddFailures(failures.Values, now);
        return this;
    }

    /// <summary>Tasks of the service that hold resources.</summary>
    public void AddTasks(string node, int count)
    {
        if (_table.Find(node) is { } candidate)
            Know(candidate).AddTasks(count);
    }

    /// <summary>One of the service's tasks there moves away: it counts for limits, and not for the spread.</summary>
    public void AddLeaving(string node)
    {
        if (_table.Find(node) is { } candidate)
            Know(candidate).AddLeaving();
    }

    /// <summary>Ended tasks of the service.</summary>
    private void AddFailures(IEnumerable<ServiceTask> tasks, DateTimeOffset now)
    {
        foreach (var task in tasks)
            if (task.Revision == Request.Revision && now - task.Status.Timestamp < FailureWindow
                && task.NodeId is { } node && _table.Find(node.Value) is { } candidate)
                Know(candidate).AddFailure();
    }

    /// <summary>One of the group's tasks goes there.</summary>
    /// <returns>other nodes that stand otherwise with the group than they did</returns>
    public IReadOnlyList<Candidate> Place(Candidate candidate)
    {
        // A port that something else holds there fails each time: the next try takes another.
        LastGrant = Grants.Choose(Request, candidate.Node, candidate.Usage, candidate.FailuresIn(_group),
            _dependencies.Choose(candidate));
        candidate.Usage = candidate.Usage.With(Request.Spec, LastGrant, +1);
        Know(candidate).AddTasks(1);
        var unmet = _affinities.UnmetWishesOfUnknown;
        var changed = _affinities.Place(candidate);
        foreach (var node in changed)
            Know(_table[node]);
        // A wish that everybody met until now sets all back that do not meet it.
        return unmet != _affinities.UnmetWishesOfUnknown ? _known : Candidates(changed);
    }

    /// <summary>Keeps room for one of the group's tasks on a node that others are about to leave.</summary>
    /// <param name="left">its usage when they have gone</param>
    public void Claim(Candidate candidate, NodeUsage left)
    {
        var grant = Grants.Choose(Request, candidate.Node, left, skipped: 0, _dependencies.Choose(candidate));
        candidate.Usage = candidate.Usage.With(Request.Spec, grant, +1);
        Know(candidate).AddTasks(1);
        foreach (var node in _affinities.Place(candidate))
            Know(_table[node]);
    }

    public int TasksOn(Candidate candidate) => candidate.TasksIn(_group);

    /// <summary>What an even spread counts.</summary>
    public int StayingOn(Candidate candidate) => candidate.StayingIn(_group);

    public bool IsKnown(Candidate candidate) => candidate.IsKnownTo(_group);

    /// <summary>Only <see cref="Known"/> nodes can meet the affinities, or have what is shared.</summary>
    public bool IsBound => _affinities.AreBound || !_dependencies.IsEmpty;

    public bool MeetsAffinities(Candidate candidate) => _affinities.AreMet(candidate);

    /// <summary>Null when one of them is no expression: no node meets it then.</summary>
    public Affinity? UnmetAffinity(Candidate candidate) => _affinities.FirstUnmet(candidate);

    public bool MeetsDependencies(Candidate candidate) => _dependencies.AreMet(candidate);

    /// <summary>Only of a node that does not meet them all.</summary>
    public Sources UnmetDependency(Candidate candidate) => _dependencies.FirstUnmet(candidate)!;

    public GroupRank RankOf(Candidate candidate) =>
        RankOf(candidate, NodeRank.Of(Request, candidate),
            _affinities.UnmetWishes(candidate) + (_dependencies.IsFull(candidate) ? 1 : 0));

    /// <summary>Of a node that nothing sets apart.</summary>
    /// <param name="rank">as all groups see it</param>
    public GroupRank RankOfUnknown(NodeRank rank) =>
        new(0, rank.Unmet + _affinities.UnmetWishesOfUnknown, 0, rank with { Unmet = 0 });

    private GroupRank RankOf(Candidate candidate, NodeRank rank, int unmet)
    {
        var failures = candidate.FailuresIn(_group);
        return new GroupRank(
            failures >= ManyFailures ? failures : 0,
            rank.Unmet + unmet,
            Request.Strategy == SchedulingStrategy.Spread ? _dependencies.Load(candidate, StayingOn(candidate)) : 0,
            rank with { Unmet = 0 });
    }

    private Candidate[] Candidates(List<int> nodes) => nodes.Count == 0 ? [] : [.. nodes.Select(node => _table[node])];

    private Candidate Know(Candidate candidate)
    {
        if (candidate.MakeKnown(_group))
            _known.Add(candidate);
        return candidate;
    }
}
