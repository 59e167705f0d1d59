using Microsoft.Extensions.Logging;

namespace Orchestrator.Consensus;

/// <summary>Shows on the board how things stand. For the node's loop only.</summary>
internal sealed partial class StatusView(NodeParts parts)
{
    private const string Silent = "it is connected, but does not answer: it hangs, cannot connect back, or lost data";

    private readonly ILogger _logger = parts.Around.Logger;
    private ImmutableArray<PeerStatus> _peers = [];
    private bool _hasToldOfLoss;

    /// <summary>Looks at the others: often enough for people, too costly for each turn.</summary>
    public void Tick()
    {
        var peers = ImmutableArray.CreateBuilder<PeerStatus>();
        foreach (var member in parts.Core.Membership.Members)
        {
            if (member.Id == parts.Self)
                continue;
            var link = parts.Transport.LinkTo(member.Id);
            var known = parts.Core.Progress.FirstOrDefault(each => each.Id == member.Id);
            var isReachable = parts.IsReachable(member.Id);
            var problem = link.IsUp && !isReachable ? Silent : link.Problem;
            peers.Add(new PeerStatus(member, known.Match, isReachable, problem));
        }
        _peers = peers.ToImmutable();
    }

    public void Show(ulong applied, Leadership? leadership)
    {
        var core = parts.Core;
        var status = new MemberStatus
        {
            Self = parts.Self,
            Role = core.Role,
            Term = core.Term,
            Leader = core.Leader,
            CommitIndex = core.CommitIndex,
            AppliedIndex = applied,
            LastIndex = core.LastPosition.Index,
            IsWriting = parts.Disk.IsWriting,
            Membership = core.Membership,
            Committed = core.CommittedMembership,
            Peers = _peers,
            LostData = core.LostData ?? "",
        };
        parts.Board.Show(status, leadership);
        if (status.LostData.Length > 0 && !_hasToldOfLoss)
            LogLostData(status.LostData);
        _hasToldOfLoss |= status.LostData.Length > 0;
    }

    [LoggerMessage(LogLevel.Critical, "this manager takes no part in the group any more: {Why}")]
    private partial void LogLostData(string why);
}
