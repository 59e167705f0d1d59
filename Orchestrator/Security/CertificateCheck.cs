using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;

namespace Orchestrator.Security;

/// <summary>Decides whether a certificate shown by a peer is good, given the one CA that counts and the time.</summary>
internal static class CertificateCheck
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private const string SetClocks = "set both clocks right, for example with chrony or systemd-timesyncd";

    /// <summary>What is wrong with a manager's certificate; null when nothing is.</summary>
    /// <param name="cluster">null when the caller does not know its cluster's id yet</param>
    public static PeerException? OfManager(
        X509Certificate2 shown, X509Certificate2 ca, ClusterId? cluster, DateTimeOffset now)
    {
        var problem = OfNode(shown, ca, cluster, ServerAuthentication) ?? Clock(shown, ca, now, "the manager");
        if (problem is not null)
            return problem;
        return PeerIdentity.Of(shown)!.Role == NodeRole.Manager
            ? null
            : new PeerException(
                PeerProblem.WrongRole, $"the host at this address is a worker ({shown.Subject}), not a manager");
    }

    /// <summary>What is wrong with a node's certificate; null when nothing is.</summary>
    public static PeerException? OfClient(
        X509Certificate2 shown, X509Certificate2 ca, ClusterId cluster, DateTimeOffset now) =>
        OfNode(shown, ca, cluster, ClientAuthentication) ?? Clock(shown, ca, now, "the node");

    /// <summary>The part that does not depend on the time.</summary>
    public static PeerException? OfNode(
        X509Certificate2 shown, X509Certificate2 ca, ClusterId? cluster, string purpose)
    {
        if (!IsSignedBy(shown, ca, purpose))
        {
            return new PeerException(
                PeerProblem.WrongCluster, "the certificate is not from this cluster's certificate authority");
        }
        if (PeerIdentity.Of(shown) is not { } peer)
            return new PeerException(PeerProblem.WrongCluster, $"the certificate names no node: {shown.Subject}");
        return cluster is null || peer.ClusterId == cluster
            ? null
            : new PeerException(PeerProblem.WrongCluster, $"the certificate is of another cluster, {peer.ClusterId}");
    }

    /// <summary>Trusts the one given root only: no system roots, no downloads, no revocation lists.</summary>
    public static X509ChainPolicy PolicyFor(X509Certificate2 ca)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            // Times are compared with the injected clock, to say what is wrong with them.
            VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid,
        };
        policy.CustomTrustStore.Add(ca);
        return policy;
    }

    private static bool IsSignedBy(X509Certificate2 shown, X509Certificate2 ca, string purpose)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy = PolicyFor(ca);
        chain.ChainPolicy.ApplicationPolicy.Add(new(purpose));
        var good = chain.Build(shown)
            && chain.ChainElements.Count == 2
            && chain.ChainElements[1].Certificate.RawDataMemory.Span.SequenceEqual(ca.RawDataMemory.Span);
        foreach (var element in chain.ChainElements)
            element.Certificate.Dispose();
        return good;
    }

    private static PeerException? Clock(X509Certificate2 shown, X509Certificate2 ca, DateTimeOffset now, string whose)
    {
        var (mine, root) = (Validity.Of(shown), Validity.Of(ca));
        var wrong = mine.Contains(now) ? root : mine;
        if (wrong.Contains(now))
            return null;
        return new PeerException(PeerProblem.Clock, now < wrong.NotBefore
            ? $"the clocks of this host and {whose} differ: here it is {Validity.Text(now)}, but the certificate of "
                + $"{whose} is not valid before {Validity.Text(wrong.NotBefore)}; {SetClocks}"
            : $"the certificate of {whose} expired at {Validity.Text(wrong.NotAfter)}, and here it is "
                + $"{Validity.Text(now)}: the clocks of this host and {whose} differ, or it was not renewed in time; "
                + SetClocks);
    }
}
