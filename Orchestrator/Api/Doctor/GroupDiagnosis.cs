using System.Globalization;

namespace Orchestrator.Api.Doctor;

/// <summary>What the facts about the managers' group mean. Pure.</summary>
internal static class GroupDiagnosis
{
    /// <summary>Certificates and times shown stand up to more; whoever reads logs of two hosts does not.</summary>
    private static readonly TimeSpan SmallSkew = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LargeSkew = TimeSpan.FromMinutes(5);

    public static IEnumerable<Finding> Of(GroupFacts group) =>
    [
        OfQuorum(group),
        .. group.LostData.Length > 0 ? [OfLoss(group.LostData)] : (Finding[])[],
        .. group.Peers.Select(OfPeer),
        .. group.Peers.Where(peer => peer.Answer is not null).Select(peer => OfClock(peer.Address, peer.Answer!)),
    ];

    private static Finding OfQuorum(GroupFacts group)
    {
        var quorum = (group.Voters / 2) + 1;
        var margin = group.Reachable - quorum;
        var what = $"{Managers(group.Voters)}, {group.Reachable} reachable: ";
        if (margin < 0)
            return new Finding(Severity.Error, "quorum", $"{what}{quorum} are needed",
                "nothing can be changed, and lost tasks are not replaced; what runs goes on",
                "bring the others back; if they are lost for good: swarmnet init --force-new-cluster on one manager");
        if (!group.HasLeader)
            return new Finding(Severity.Error, "quorum", $"{what}none of them leads",
                "nothing can be changed until one is elected",
                "wait some seconds; if it stays so, see that all managers reach each other in both directions");
        what += margin == 0 ? "none may fail" : $"{margin} may fail";
        if (margin > 0 && group.Reachable == group.Voters)
            return new Finding(Severity.Ok, "quorum", what);
        return new Finding(Severity.Warn, "quorum", what,
            margin > 0 ? "fewer may fail than with all of them" : "the next failure stops every change of the cluster",
            group.Voters < 3 ? "have three managers or five: swarmnet join-token manager"
            : "bring the missing managers back, or remove them and make others");
    }

    private static Finding OfLoss(string lost) => new(Severity.Error, "log", $"this manager lost data: {lost}",
        "it does not vote any more, so that nothing acknowledged is lost",
        "remove it from the group and join it again: swarmnet leave --force, then swarmnet join");

    private static Finding OfPeer(PeerFacts peer)
    {
        if (!peer.IsReachable)
            return new Finding(Severity.Error, "link", $"the manager at {peer.Address} is not reached from here"
                + (peer.Problem.Length > 0 ? $": {peer.Problem}" : ""),
                "one of the group's managers counts as failed",
                "see that its daemon runs and that its port is open to this host");
        return peer.Answer is { ReachesUs: false }
            ? new Finding(Severity.Error, "link",
                $"the manager at {peer.Address} is reached, but does not reach this one",
                "it cannot vote for this manager, nor follow it",
                "open this host's cluster port to it, and see that the address this manager advertises is right")
            : new Finding(Severity.Ok, "link", peer.Answer is null
                ? $"the manager at {peer.Address} is reached"
                : $"the manager at {peer.Address} is reached, and reaches this one");
    }

    private static Finding OfClock(string address, PeerAnswer answer)
    {
        var surely = answer.Ahead.Duration() - (answer.RoundTrip / 2);
        var direction = answer.Ahead > TimeSpan.Zero ? "ahead of" : "behind";
        if (surely < SmallSkew)
            return new Finding(Severity.Ok, "clock", $"the clock of {address} agrees with this one");
        return new Finding(surely < LargeSkew ? Severity.Warn : Severity.Error, "clock",
            string.Create(CultureInfo.InvariantCulture,
                $"the clock of {address} is {answer.Ahead.Duration().TotalSeconds:0.0} s {direction} this one"),
            "delays of restarts and times shown are wrong by as much, and certificates may count too early or too long",
            "let both hosts follow a time server (chrony, systemd-timesyncd)");
    }

    private static string Managers(int count) => count == 1 ? "1 manager" : $"{count} managers";
}
