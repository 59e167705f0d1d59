namespace Orchestrator.Consensus.Core;

/// <summary>The other members as a leader sees them, and what a quorum of voters has.</summary>
internal sealed class ProgressTable(RaftState state)
{
    private readonly List<Progress> _members = [];
    private Progress[] _voters = [];
    private bool _selfVotes;

    /// <summary>All others that are sent to, learners and those about to go too.</summary>
    public IReadOnlyList<Progress> Members => _members;

    public Progress? Find(MemberId id)
    {
        foreach (var progress in _members)
        {
            if (progress.Id == id)
                return progress;
        }
        return null;
    }

    /// <summary>The membership changed: new members are tried at the end of the log; all wait for its commit.</summary>
    public void Update()
    {
        var membership = state.Members.Effective;
        foreach (var member in membership.Members)
        {
            if (member.Id != state.Self && Find(member.Id) is null)
                _members.Add(new Progress(member.Id, state.Log.Last.Index + 1));
        }
        foreach (var progress in _members)
            progress.Awaited = state.Log.Last.Index;
        _selfVotes = membership.IsVoter(state.Self);
        _voters = [.. _members.Where(progress => membership.IsVoter(progress.Id))];
    }

    /// <summary>A removed member that knows it, or cannot be reached, gets nothing any more.</summary>
    public void Drop(Progress progress) => _members.Remove(progress);

    /// <summary>The largest number that a quorum of voters has reached.</summary>
    /// <param name="own">what this member has reached</param>
    /// <param name="of">what another has</param>
    public ulong Agreed(ulong own, Func<Progress, ulong> of)
    {
        var count = _voters.Length + (_selfVotes ? 1 : 0);
        Span<ulong> reached = count <= 16 ? stackalloc ulong[count] : new ulong[count];
        for (var i = 0; i < _voters.Length; i++)
            reached[i] = of(_voters[i]);
        if (_selfVotes)
            reached[^1] = own;
        return Quorum.Agreed(reached);
    }

    /// <summary>A quorum was heard of within so many ticks.</summary>
    public bool HearsQuorum(int ticks) =>
        Agreed(1, progress => progress.Silent < ticks ? 1UL : 0) == 1;

    /// <summary>The voter that is furthest, of those heard of lately.</summary>
    public Progress? BestVoter(int ticks) =>
        _voters.Where(progress => progress.Silent < ticks).MaxBy(progress => progress.Match);

    public Progress? FindVoter(MemberId id) => _voters.FirstOrDefault(progress => progress.Id == id);
}
