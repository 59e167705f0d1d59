using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>Lets hosts in, renews what lets them stay, and sees them off.</summary>
internal sealed partial class Admission(DispatchingEnvironment environment, NodeWriter nodes, ILogger logger)
{
    private const int MaxHostnameLength = 253;
    private const int MaxAttempts = 10;
    private const int JoinBurst = 100;
    private const double JoinsPerSecond = 20;

    private static readonly TimeSpan ConfirmLimit = TimeSpan.FromSeconds(5);

    private readonly TokenBucket _joins = new(JoinBurst, JoinsPerSecond, environment.Time);

    /// <summary>Creates the node and its certificate; the token decides the role.</summary>
    /// <exception cref="RefusedException">with what the host's user should know</exception>
    public async Task<JoinResponse> JoinAsync(JoinRequest request, CancellationToken ct)
    {
        if (!_joins.TryTake())
            throw Refused(StatusCodes.Status429TooManyRequests, "too many hosts join at once: try again in a second");
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var cluster = Cluster();
            using var ca = CertificateAuthority.FromPem(cluster.CaCertificate, cluster.CaKey);
            var role = RoleOf(request.Token, cluster, ca);
            if (request.Hostname.Length > MaxHostnameLength)
                throw Malformed($"the hostname has more than {MaxHostnameLength} characters");
            if (role == NodeRole.Manager)
                RequireRoomForManager();
            var peer = new PeerIdentity(new NodeId(environment.Ids.Next()), role, cluster.Id);
            var certificate = Issue(ca, peer, request.CertificateRequest, cluster);
            var applied = await environment.Proposer.ProposeAsync(
                // The cluster's row holds the tokens: none is good after its rotation.
                Transaction.Of(
                    Change.Require(cluster),
                    Change.Create(NodeChanges.Joined(peer.NodeId, role, request, environment.Now))),
                ct);
            if (!applied.Accepted)
                continue;
            LogJoined(logger, peer.NodeId, role, request.Hostname);
            return new JoinResponse { NodeId = peer.NodeId, ClusterId = cluster.Id, Certificate = certificate };
        }
        throw Refused(StatusCodes.Status503ServiceUnavailable, "the cluster's settings keep changing: try again");
    }

    /// <summary>
    /// Makes the next certificate of a node, in the role that the cluster gives it now. A manager stays one until it
    /// has left the managers' group: without the certificate it could not take part in its own farewell.
    /// </summary>
    /// <exception cref="RefusedException">with what the host's user should know</exception>
    /// <exception cref="ProposalException">the managers cannot confirm what is known here</exception>
    public async Task<JoinResponse> RenewAsync(PeerIdentity peer, RenewRequest request, CancellationToken ct)
    {
        await ConfirmAsync(ct);
        var cluster = Cluster();
        var node = environment.Store.Current.Node(peer.NodeId) ?? throw Removed(peer.NodeId);
        using var ca = CertificateAuthority.FromPem(cluster.CaCertificate, cluster.CaKey);
        var role = RoleOf(node.Id) ?? node.Spec.Role;
        var certificate = Issue(ca, peer with { Role = role }, request.CertificateRequest, cluster);
        LogRenewed(logger, peer.NodeId, role);
        return new JoinResponse { NodeId = peer.NodeId, ClusterId = cluster.Id, Certificate = certificate };
    }

    /// <exception cref="RefusedException">it is no manager, or not any more</exception>
    public void RequireManager(PeerIdentity peer)
    {
        if (!peer.IsManager || RoleOf(peer.NodeId) != NodeRole.Manager)
            throw Refused(StatusCodes.Status403Forbidden, "only managers of this cluster may do this");
    }

    /// <summary>The node goes on purpose: it is down at once. Its row stays until someone removes it.</summary>
    public async Task LeaveAsync(NodeId id, CancellationToken ct)
    {
        if (!await nodes.ChangeAsync(id, node => NodeChanges.Down(node, NodeChanges.Left, environment.Now), ct))
            throw Removed(id);
        LogLeft(logger, id);
    }

    /// <summary>
    /// The host could not become what it joined as: its row goes, and with it its place in the managers' group.
    /// </summary>
    /// <exception cref="RefusedException">it has become a node: it must leave as one</exception>
    public async Task WithdrawAsync(NodeId id, CancellationToken ct)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var state = environment.Store.Current;
            if (state.Node(id) is not { } node)
                return;
            if (node.Status.State == NodeState.Ready || state.TasksOn(id).Count > 0)
                throw Refused(StatusCodes.Status409Conflict, $"node {id} is in use: leave, and remove it then");
            if (!(await environment.Proposer.ProposeAsync(Transaction.Of(Change.Delete(node)), ct)).Accepted)
                continue;
            LogWithdrawn(logger, id);
            return;
        }
        throw Refused(StatusCodes.Status503ServiceUnavailable, $"node {id} keeps being changed by others: try again");
    }

    public static RefusedException Malformed(string message) => new(StatusCodes.Status400BadRequest, message);

    public static RefusedException Removed(NodeId id) =>
        new(StatusCodes.Status403Forbidden, $"node {id} was removed from the cluster: leave, and join again");

    private static RefusedException Refused(int status, string message) => new(status, message);

    private Cluster Cluster() => environment.Store.Current.Cluster
        ?? throw Refused(StatusCodes.Status503ServiceUnavailable, "this manager has no cluster yet");

    private void RequireRoomForManager()
    {
        if (ManagerCount.Problem(environment.Store.Current.Nodes.Values) is { } problem)
            throw Refused(StatusCodes.Status409Conflict, problem);
    }

    /// <summary>
    /// Nothing is proposed, so nothing else would notice that another manager leads by now and has demoted the node.
    /// </summary>
    private async Task ConfirmAsync(CancellationToken ct)
    {
        if (!await environment.Proposer.TryReadBarrierAsync(ConfirmLimit, environment.Time, ct))
            throw Refused(StatusCodes.Status503ServiceUnavailable, "the managers have not confirmed within "
                + $"{ConfirmLimit.TotalSeconds:0} s what role the node has: try again");
    }

    private NodeRole? RoleOf(NodeId id) =>
        environment.IsMember(id) ? NodeRole.Manager : environment.Store.Current.Node(id)?.Spec.Role;

    private static NodeRole RoleOf(string text, Cluster cluster, CertificateAuthority ca)
    {
        if (!JoinToken.TryParse(text, out var token, out var problem))
            throw Malformed(problem);
        if (!token.IsFor(ca.Certificate))
        {
            throw Refused(
                StatusCodes.Status403Forbidden,
                "the join token is of another cluster: get it on a manager of this one");
        }
        return token.RoleIn(cluster) ?? throw Refused(
            StatusCodes.Status403Forbidden,
            "the join token is not valid, it may have been rotated: `swarmnet join-token worker` (or manager) on a "
            + "manager shows the current one");
    }

    private string Issue(CertificateAuthority ca, PeerIdentity peer, string request, Cluster cluster)
    {
        var lifetime = cluster.Spec.CertificateLifetime;
        if (lifetime < CertificateAuthority.MinLifetime)
            lifetime = CertificateAuthority.MinLifetime;
        try
        {
            return ca.Issue(peer, request, environment.Now, lifetime);
        }
        catch (InvalidDataException e)
        {
            throw Malformed(e.Message);
        }
        catch (PeerException e)
        {
            throw Refused(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "Node {Node} has joined as {Role}, hostname {Hostname}")]
    private static partial void LogJoined(ILogger logger, NodeId node, NodeRole role, string hostname);

    [LoggerMessage(LogLevel.Information, "Node {Node} has a new certificate as {Role}")]
    private static partial void LogRenewed(ILogger logger, NodeId node, NodeRole role);

    [LoggerMessage(LogLevel.Information, "Node {Node} is forgotten: its host could not join after all")]
    private static partial void LogWithdrawn(ILogger logger, NodeId node);

    [LoggerMessage(LogLevel.Information, "Node {Node} has left")]
    private static partial void LogLeft(ILogger logger, NodeId node);
}
