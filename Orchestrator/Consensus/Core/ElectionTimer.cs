namespace Orchestrator.Consensus.Core;

/// <summary>How long nothing was heard that would keep this member from asking for votes. In ticks.</summary>
internal sealed class ElectionTimer
{
    private readonly int _electionTicks;
    private readonly Random _random;
    private int _elapsed;
    private int _timeout;
    private bool _leaderIsLost;

    public ElectionTimer(int electionTicks, int seed)
    {
        _electionTicks = electionTicks;
        _random = new Random(seed);
        Restart();
    }

    public bool IsOver => _elapsed >= _timeout;

    /// <summary>A leader, if one is known, was heard of so recently that nobody else is wanted.</summary>
    public bool IsFresh => _elapsed < _electionTicks && !_leaderIsLost;

    public void Tick() => _elapsed++;

    /// <summary>From now on, with another random timeout: members that were equal once are not again.</summary>
    public void Restart()
    {
        _elapsed = 0;
        _leaderIsLost = false;
        _timeout = _random.Next(_electionTicks, 2 * _electionTicks);
    }

    /// <summary>The leader is probably gone: only a small random part of the time is waited.</summary>
    public void Shorten()
    {
        _leaderIsLost = true;
        var wait = _random.Next(Math.Min(2, _electionTicks / 2), Math.Max(3, _electionTicks / 2));
        _timeout = Math.Min(_timeout, _elapsed + wait);
    }
}
