using System.Net;
using Orchestrator.Security;

namespace Orchestrator.Agents.Joining;

/// <summary>Gives each failure of a join its own words.</summary>
internal static class JoinProblems
{
    /// <summary>null for what is none of the expected failures.</summary>
    public static JoinException? Of(string manager, Exception error) => error switch
    {
        JoinException known => known,
        _ when PeerException.In(error) is { } peer => new JoinException(FailureOf(peer.Problem), peer.Message, error),
        UriFormatException => new JoinException(
            JoinFailure.Unreachable,
            $"\"{manager}\" is not the address of a manager: it looks like 10.0.0.1:2377",
            error),
        OperationCanceledException => new JoinException(
            JoinFailure.Unreachable,
            $"the manager at {manager} has not answered in {JoinClient.Limit.TotalSeconds:0} s: check the address, "
            + "the port and the firewalls between the hosts",
            error),
        HttpRequestException or IOException or InvalidDataException => new JoinException(
            JoinFailure.NotAManager, $"what listens at {manager} does not answer as a manager: {error.Message}", error),
        _ => null,
    };

    /// <summary>The manager's own words, and what they are about.</summary>
    public static JoinException Refusal(string manager, HttpResponseMessage response, string text)
    {
        var reason = text.Trim().Length > 0 ? text.Trim() : $"status {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            HttpStatusCode.Forbidden => new JoinException(
                JoinFailure.WrongToken, $"the manager at {manager} refuses: {reason}"),
            HttpStatusCode.NotFound => new JoinException(
                JoinFailure.NotAManager, $"what listens at {manager} is not a manager of swarmnet: {reason}"),
            HttpStatusCode.ServiceUnavailable => new JoinException(
                JoinFailure.Unavailable, $"the manager at {manager} cannot serve now: {reason}")
            {
                Leader = LeaderHint.In(response),
            },
            _ => new JoinException(JoinFailure.Refused, $"the manager at {manager} refuses: {reason}"),
        };
    }

    private static JoinFailure FailureOf(PeerProblem problem) => problem switch
    {
        PeerProblem.Unreachable => JoinFailure.Unreachable,
        PeerProblem.NotAManager or PeerProblem.WrongRole => JoinFailure.NotAManager,
        PeerProblem.WrongCluster => JoinFailure.WrongCluster,
        PeerProblem.Clock or PeerProblem.OwnCertificateExpired => JoinFailure.Clock,
    };
}
