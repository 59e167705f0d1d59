using Microsoft.Extensions.Logging;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Hosting;

/// <summary>
/// Renews the certificate of a manager that was off for so long that it has expired: no node would talk to it, and
/// nobody else could renew it. The manager has the key of the CA itself.
/// </summary>
internal static partial class ManagerCertificate
{
    /// <returns>true when the identity was replaced, and has to be stored</returns>
    public static bool RenewExpired(StateSnapshot state, LiveIdentity identity, HostServices services)
    {
        var old = identity.Current;
        if (old.Validity.NotAfter > services.Now || state.Cluster is not { } cluster)
            return false;
        using var ca = CertificateAuthority.FromPem(cluster.CaCertificate, cluster.CaKey);
        using var key = new KeyAndRequest();
        var certificate = ca.Issue(old.Peer, key.RequestPem, services.Now, cluster.Spec.CertificateLifetime);
        identity.Replace(key.Complete(certificate, old.CaPem));
        LogRenewed(
            services.Logging.CreateLogger(typeof(ManagerCertificate)), old.Validity.NotAfter,
            identity.Current.Validity.NotAfter);
        return true;
    }

    [LoggerMessage(LogLevel.Warning,
        "this manager's certificate had expired at {Expired} while it was off; it has a new one, good until {End}")]
    private static partial void LogRenewed(ILogger logger, DateTimeOffset expired, DateTimeOffset end);
}
