using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Security;

/// <summary>The cluster's own root: signs the certificate of every node. Its key is a secret of the managers.</summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>Certificates are valid from this long before they are made, for clocks that are behind.</summary>
    public static readonly TimeSpan Backdating = TimeSpan.FromHours(1);

    public static readonly TimeSpan MinLifetime = TimeSpan.FromHours(1);

    private const int LifetimeInYears = 20;
    private const int SerialBytes = 16;

    private readonly ECDsa _key;

    private CertificateAuthority(X509Certificate2 certificate, ECDsa key)
    {
        Certificate = certificate;
        _key = key;
    }

    /// <summary>The root certificate, without its key.</summary>
    public X509Certificate2 Certificate { get; }

    public string CertificatePem => Certificate.ExportCertificatePem();

    /// <summary>PKCS 8. A secret.</summary>
    public string KeyPem => _key.ExportPkcs8PrivateKeyPem();

    public static CertificateAuthority Create(DateTimeOffset now)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedName($"CN={CertificateNames.CaName}");
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var signer = X509SignatureGenerator.CreateForECDsa(key);
        return new CertificateAuthority(
            request.Create(subject, signer, now - Backdating, now.AddYears(LifetimeInYears), NewSerial()), key);
    }

    /// <param name="certificatePem"><see cref="Cluster.CaCertificate"/></param>
    /// <param name="keyPem"><see cref="Cluster.CaKey"/></param>
    /// <exception cref="InvalidDataException">not a root certificate and its key</exception>
    public static CertificateAuthority FromPem(string certificatePem, string keyPem)
    {
        var certificate = ReadCertificate(certificatePem);
        try
        {
            var key = PemText.ReadKey(keyPem, "the CA's key");
            if (!PemText.Belong(certificate, key))
                throw new InvalidDataException("the CA's key does not belong to the CA's certificate");
            return new CertificateAuthority(certificate, key);
        }
        catch (InvalidDataException)
        {
            certificate.Dispose();
            throw;
        }
    }

    /// <summary>Reads a root certificate from PEM.</summary>
    /// <exception cref="InvalidDataException">it is not exactly one self-signed CA certificate</exception>
    public static X509Certificate2 ReadCertificate(string pem)
    {
        var certificate = PemText.ReadCertificate(pem, "the CA certificate");
        var constraints = certificate.Extensions.OfType<X509BasicConstraintsExtension>().SingleOrDefault();
        if (constraints is { CertificateAuthority: true }
            && certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            return certificate;
        certificate.Dispose();
        throw new InvalidDataException("the CA certificate is not a self-signed certificate of a CA");
    }

    /// <summary>Makes the certificate of a node: only the public key is taken from its request.</summary>
    /// <param name="lifetime">from <paramref name="now"/> on; never beyond the CA's own end</param>
    /// <returns>PEM</returns>
    /// <exception cref="InvalidDataException">the request is malformed or its key is of another kind</exception>
    /// <exception cref="PeerException">this host's clock is outside of the CA's validity</exception>
    public string Issue(PeerIdentity node, string requestPem, DateTimeOffset now, TimeSpan lifetime)
    {
        Invariant.Require(lifetime >= MinLifetime, "a certificate lives an hour at least");
        var request = new CertificateRequest(
            CertificateNames.SubjectOf(node), PemText.ReadRequestKey(requestPem), HashAlgorithmName.SHA256);
        foreach (var extension in ExtensionsOf(node, request.PublicKey))
            request.CertificateExtensions.Add(extension);
        var validity = Validity.Of(Certificate);
        var (from, to) = (now - Backdating, now + lifetime);
        if (!validity.Contains(now))
        {
            throw new PeerException(
                PeerProblem.Clock,
                $"the cluster's CA counts from {validity}, and on this manager it is {Validity.Text(now)}: "
                + "its clock is wrong");
        }
        using var certificate = request.Create(
            Certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_key),
            from < validity.NotBefore ? validity.NotBefore : from,
            to > validity.NotAfter ? validity.NotAfter : to,
            NewSerial());
        return certificate.ExportCertificatePem();
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private IEnumerable<X509Extension> ExtensionsOf(PeerIdentity node, PublicKey publicKey)
    {
        yield return new X509BasicConstraintsExtension(false, false, 0, true);
        yield return new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true);
        yield return new X509EnhancedKeyUsageExtension(
            [new(CertificateCheck.ServerAuthentication), new(CertificateCheck.ClientAuthentication)], false);
        yield return new X509SubjectKeyIdentifierExtension(publicKey, false);
        yield return X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(CertificateNames.UnitOf(node.Role));
        names.AddDnsName(node.NodeId.Value);
        if (node.Role == NodeRole.Manager)
            names.AddDnsName(CertificateNames.CaName);
        yield return names.Build();
    }

    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40); // positive, and of constant length
        return serial;
    }
}
