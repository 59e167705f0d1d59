using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Commands;

/// <summary>How much the managers can lose, in one line.</summary>
internal static class QuorumLine
{
    public static string Of(QuorumDto quorum) => Voters(quorum) + Learners(quorum.Learners);

    private static string Voters(QuorumDto quorum) => quorum switch
    {
        { Margin: < 0 } => $"{Count(quorum)}, {quorum.Reachable} reachable: no quorum, bring {-quorum.Margin} back or "
            + "see swarmnet init --force-new-cluster",
        { Voters: 1 } => $"{Count(quorum)}: none may fail",
        { Margin: 0 } => $"{Count(quorum)}, {quorum.Reachable} reachable: none may fail",
        _ => $"{Count(quorum)}, {quorum.Reachable} reachable: {quorum.Margin} may fail",
    };

    private static string Count(QuorumDto quorum) => quorum.Voters == 1 ? "1 manager" : $"{quorum.Voters} managers";

    private static string Learners(int count) => count switch
    {
        <= 0 => "",
        1 => "; 1 more is catching up",
        _ => $"; {count} more are catching up",
    };
}
