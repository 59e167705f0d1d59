namespace Orchestrator.Consensus;

/// <summary>
/// How long there has been no leader, and whether waiting for one makes sense. For the node's loop only.
/// </summary>
internal sealed class LeaderSearch(NodeParts parts)
{
    /// <summary>Elections that may fail before those who wait are told.</summary>
    private const int Patience = 3;

    private readonly RaftNodeOptions _options = parts.Options;
    private long _since;

    /// <param name="now">in ticks</param>
    public void Look(long now)
    {
        if (!parts.Core.Leader.IsNone)
            _since = now;
    }

    /// <summary>
    /// Why nobody need begin to wait: an election has failed, or there are too few to hold one. Null while there is a
    /// leader, or may be soon.
    /// </summary>
    public string? HopelessBecause(long now)
    {
        var leaderless = now - _since;
        if (leaderless <= _options.ElectionTicks)
            return null;
        var margin = Margin();
        return leaderless > _options.LongestElectionTicks || margin < 0 ? Text(margin) : null;
    }

    /// <summary>Why those who wait need not wait any longer; null while they should.</summary>
    public string? GivesUpBecause(long now) =>
        now - _since > Patience * _options.LongestElectionTicks ? Text(Margin()) : null;

    private int Margin() => QuorumMargin.Of(parts.Core.Membership, member => parts.IsReachable(member.Id));

    private static string Text(int margin) => margin < 0
        ? $"the managers have no leader: {-margin} more of them must run and be reachable from here"
        : "the managers have no leader, and do not agree on one: look at their logs and at the network between them";
}
