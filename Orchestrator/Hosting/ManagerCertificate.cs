using Microsoft.Extensions.Logging;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Log;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Hosting;

/// <summary>
/// Renews the certificate of a manager that was off for so long that it has expired: no node would talk to it, and
/// nobody else could renew it. The manager has the key of the CA itself, in its log: it is read before that is opened,
/// since a group whose certificates have all expired agrees on nothing, and so confirms no entry of it.
/// </summary>
internal static partial class ManagerCertificate
{
    /// <summary>Before the manager starts.</summary>
    /// <returns>true when the identity was replaced, and has to be stored</returns>
    /// <exception cref="LogException">the log cannot be used</exception>
    public static bool RenewExpired(NodeState node, LiveIdentity identity, HostServices services)
    {
        var old = identity.Current;
        var log = new DataPaths(services.Options.DataDirectory).Log;
        if (!node.Manager || old.Validity.NotAfter > services.Now || !RaftStorage.HoldsMember(log))
            return false;
        var logger = services.Logging.CreateLogger(typeof(ManagerCertificate));
        var store = new StateStore();
        StoredState.Read(
            services.Options.RaftOf(log, old.NodeId, node.AdvertiseAddress),
            new NodeSurroundings(store, logger, services.Time) { Ids = services.Ids });
        if (store.Current.Cluster is not { } cluster)
            return false;
        using var ca = CertificateAuthority.FromPem(cluster.CaCertificate, cluster.CaKey);
        using var key = new KeyAndRequest();
        var certificate = ca.Issue(old.Peer, key.RequestPem, services.Now, cluster.Spec.CertificateLifetime);
        identity.Replace(key.Complete(certificate, old.CaPem));
        LogRenewed(logger, old.Validity.NotAfter, identity.Current.Validity.NotAfter);
        return true;
    }

    [LoggerMessage(LogLevel.Warning,
        "this manager's certificate had expired at {Expired} while it was off; it has a new one, good until {End}")]
    private static partial void LogRenewed(ILogger logger, DateTimeOffset expired, DateTimeOffset end);
}
