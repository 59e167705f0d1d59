namespace Orchestrator.Consensus.Core;

/// <summary>
/// Removed members are sent to until they know that their removal is committed, so that they can stop by themselves;
/// but not for long, since they may be gone.
/// </summary>
internal sealed class Farewells(RaftState state, ProgressTable table)
{
    private readonly List<Farewell> _leaving = [];

    /// <summary>A membership was appended: who is not in it any more leaves.</summary>
    public void Begin()
    {
        var membership = state.Members.Effective;
        foreach (var progress in table.Members)
        {
            if (membership.Find(progress.Id) is null && _leaving.TrueForAll(known => known.Progress != progress))
                _leaving.Add(new Farewell(progress, state.Members.EffectiveIndex));
        }
    }

    /// <param name="round">begins after the commit, so that who answers it has heard of that</param>
    public void OnCommitted(ulong round)
    {
        foreach (var farewell in _leaving)
        {
            if (farewell.Round == 0 && farewell.Index <= state.Commit)
                farewell.Round = round;
        }
    }

    public bool Expects(ulong commit) => _leaving.Exists(farewell => farewell.Round == 0 && farewell.Index <= commit);

    public void OnReply(Progress progress) =>
        End(farewell => farewell.Progress == progress && farewell.Round > 0
            && progress.AnsweredRound >= farewell.Round && progress.Match >= farewell.Index);

    public void Tick()
    {
        foreach (var farewell in _leaving)
            farewell.Age += farewell.Round > 0 ? 1 : 0;
        End(farewell => farewell.Age >= 2 * state.Options.ElectionTicks);
    }

    private void End(Predicate<Farewell> isOver)
    {
        for (var i = _leaving.Count - 1; i >= 0; i--)
        {
            if (!isOver(_leaving[i]))
                continue;
            table.Drop(_leaving[i].Progress);
            _leaving.RemoveAt(i);
        }
    }

    /// <param name="index">of the entry that removes it</param>
    private sealed class Farewell(Progress progress, ulong index)
    {
        public Progress Progress => progress;
        public ulong Index => index;

        /// <summary>0 until the removal is committed.</summary>
        public ulong Round { get; set; }

        /// <summary>Ticks since then.</summary>
        public int Age { get; set; }
    }
}
