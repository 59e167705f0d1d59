using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;

namespace Orchestrator.Security;

/// <summary>
/// The only way hosts talk to each other: TLS 1.3, both sides with a certificate of exactly the cluster's CA, HTTP/2.
/// The options are made for each connection, so a renewed certificate counts from the next connection on.
/// </summary>
public static class TlsPolicy
{
    /// <summary>
    /// For the cluster port. A client without certificate passes the handshake, because it may want to join:
    /// whoever serves it must ask <see cref="PeerIdentity.Of"/>. A client with a wrong certificate does not pass.
    /// </summary>
    /// <param name="refused">told why a client was refused</param>
    public static SslServerAuthenticationOptions ForServer(
        NodeIdentity identity, TimeProvider clock, Action<PeerException> refused)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = identity.TlsContext,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            AllowRenegotiation = false,
            AllowTlsResume = false, // a resumed session would not show its certificate again
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = CertificateCheck.PolicyFor(identity.CaCertificate),
        };
        options.RemoteCertificateValidationCallback = (_, shown, _, _) => shown switch
        {
            null => true,
            X509Certificate2 certificate => Passes(
                CertificateCheck.OfClient(
                    certificate, identity.CaCertificate, identity.ClusterId, clock.GetUtcNow()),
                refused),
            _ => false,
        };
        return options;
    }

    /// <summary>For a node that connects to a manager.</summary>
    /// <param name="refused">told why the server was refused; the handshake itself only says that it failed</param>
    public static SslClientAuthenticationOptions ForClient(
        NodeIdentity identity, TimeProvider clock, Action<PeerException> refused)
    {
        var options = ForClient(Checked(identity.CaCertificate, identity.ClusterId, clock, refused));
        options.ClientCertificateContext = identity.TlsContext;
        options.CertificateChainPolicy = CertificateCheck.PolicyFor(identity.CaCertificate);
        return options;
    }

    /// <summary>For a host that joins: it has no certificate yet, but knows the CA from its token.</summary>
    public static SslClientAuthenticationOptions ForJoining(
        X509Certificate2 ca, TimeProvider clock, Action<PeerException> refused)
    {
        var options = ForClient(Checked(ca, null, clock, refused));
        options.CertificateChainPolicy = CertificateCheck.PolicyFor(ca);
        return options;
    }

    /// <summary>Trusts anyone: only for reading the CA certificate that is then compared with a token.</summary>
    internal static SslClientAuthenticationOptions Unverified()
    {
        var options = ForClient((_, shown, _, _) => shown is not null);
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        return options;
    }

    private static SslClientAuthenticationOptions ForClient(RemoteCertificateValidationCallback check) => new()
    {
        TargetHost = CertificateNames.ManagerUnit,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = check,
    };

    private static RemoteCertificateValidationCallback Checked(
        X509Certificate2 ca, ClusterId? cluster, TimeProvider clock, Action<PeerException> refused) =>
        (_, shown, _, _) => shown is X509Certificate2 certificate
            && Passes(CertificateCheck.OfManager(certificate, ca, cluster, clock.GetUtcNow()), refused);

    private static bool Passes(PeerException? problem, Action<PeerException> refused)
    {
        if (problem is not null)
            refused(problem);
        return problem is null;
    }
}
