using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Security;

/// <summary>A fresh key, and the request for a certificate of it. The key never leaves this host.</summary>
public sealed class KeyAndRequest : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public KeyAndRequest()
    {
        // The CA takes the public key only, so the subject says nothing.
        var request = new CertificateRequest(new X500DistinguishedName("CN=node"), _key, HashAlgorithmName.SHA256);
        RequestPem = request.CreateSigningRequestPem();
    }

    /// <summary>PKCS 10, PEM.</summary>
    public string RequestPem { get; }

    /// <summary>Joins the key with the certificate that the CA made of the request.</summary>
    /// <exception cref="InvalidDataException">the certificate is malformed, of another key or another CA</exception>
    public NodeIdentity Complete(string certificatePem, string caPem) => NodeIdentity.Of(certificatePem, _key, caPem);

    public void Dispose() => _key.Dispose();
}
