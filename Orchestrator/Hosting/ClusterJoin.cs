using Orchestrator.Agents.Joining;
using Orchestrator.Api;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>Talks to the managers when this host comes and goes.</summary>
internal static class ClusterJoin
{
    /// <summary>For all managers together.</summary>
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(5);

    /// <summary>Tries the managers in turn; the first that answers, and knows who leads, decides.</summary>
    /// <exception cref="ApiException">why this host is not a node now</exception>
    public static async Task<NodeIdentity> RunAsync(JoinCommand command, HostServices services, CancellationToken ct)
    {
        if (!JoinToken.TryParse(command.JoinToken, out var token, out var problem))
            throw ApiException.Bad(problem);
        var host = new JoiningHost(services.Options.Hostname, command.Availability);
        JoinException? last = null;
        foreach (var manager in command.RemoteAddresses)
        {
            try
            {
                return await new JoinClient(services.Time).JoinAsync(manager, token, host, ct);
            }
            catch (JoinException exception)
            {
                last = exception;
                if (!IsForNow(exception))
                    break;
            }
        }
        throw last is null
            ? ApiException.Bad(
                "no manager's address was given: name one, as in swarmnet join --token TOKEN 192.0.2.1:2377")
            : new ApiException(IsForNow(last) ? 503 : 500, last.Message);
    }

    private static bool IsForNow(JoinException failure) =>
        failure.Failure is JoinFailure.Unreachable or JoinFailure.Unavailable;

    /// <summary>
    /// Tells the managers that this worker goes on purpose; if nobody listens, they find out by themselves.
    /// </summary>
    public static async Task SayFarewellAsync(
        Membership membership, HostServices services, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(FarewellLimit, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        foreach (var manager in membership.KnownManagers)
        {
            try
            {
                await new JoinClient(services.Time).LeaveAsync(manager, membership.Identity, either.Token);
                return;
            }
            catch (JoinException)
            {
                // Leaving does not depend on it.
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
