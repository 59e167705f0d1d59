using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;

namespace Orchestrator.Security;

/// <summary>What makes a host a node: its certificate with the key, and the CA it trusts. Immutable.</summary>
public sealed class NodeIdentity : IDisposable
{
    private NodeIdentity(PeerIdentity peer, X509Certificate2 certificate, X509Certificate2 ca)
    {
        Peer = peer;
        Certificate = certificate;
        CaCertificate = ca;
        Validity = Validity.Of(certificate);
        // Offline: nothing is ever fetched to complete a chain.
        TlsContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
    }

    public PeerIdentity Peer { get; }

    public NodeId NodeId => Peer.NodeId;

    public NodeRole Role => Peer.Role;

    public ClusterId ClusterId => Peer.ClusterId;

    public Validity Validity { get; }

    /// <summary>The node's certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    public X509Certificate2 CaCertificate { get; }

    public string CertificatePem => Certificate.ExportCertificatePem();

    public string CaPem => CaCertificate.ExportCertificatePem();

    internal SslStreamCertificateContext TlsContext { get; }

    /// <summary>PKCS 8. A secret.</summary>
    internal string KeyPem
    {
        get
        {
            using var key = Certificate.GetECDsaPrivateKey()!;
            return key.ExportPkcs8PrivateKeyPem();
        }
    }

    /// <summary>Puts an identity together from its parts, which must fit each other. The time is not checked.</summary>
    /// <exception cref="InvalidDataException">a part is malformed, or does not fit the others</exception>
    public static NodeIdentity FromPem(string certificatePem, string keyPem, string caPem)
    {
        using var key = PemText.ReadKey(keyPem, "the node's key");
        return Of(certificatePem, key, caPem);
    }

    internal static NodeIdentity Of(string certificatePem, ECDsa key, string caPem)
    {
        using var shown = PemText.ReadCertificate(certificatePem, "the node's certificate");
        var ca = CertificateAuthority.ReadCertificate(caPem);
        try
        {
            if (CertificateCheck.OfNode(shown, ca, null, CertificateCheck.ClientAuthentication) is { } problem)
                throw new InvalidDataException($"the node's certificate is refused: {problem.Message}", problem);
            if (!PemText.Belong(shown, key))
                throw new InvalidDataException("the node's key does not belong to the node's certificate");
            return new NodeIdentity(PeerIdentity.Of(shown)!, shown.CopyWithPrivateKey(key), ca);
        }
        catch (InvalidDataException)
        {
            ca.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Certificate.Dispose();
        CaCertificate.Dispose();
    }
}
