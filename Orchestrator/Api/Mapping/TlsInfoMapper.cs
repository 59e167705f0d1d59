using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Api.Contracts;
using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

/// <summary>Reads the CA's certificate once, not for each node of each poll.</summary>
internal sealed class TlsInfoMapper
{
    private static readonly TlsInfoDto None = new();

    private volatile TlsInfoDto _last = None;

    public TlsInfoDto Write(Cluster? cluster)
    {
        var pem = cluster?.CaCertificate ?? "";
        if (pem.Length == 0)
            return None;
        var known = _last;
        return known.TrustRoot == pem ? known : _last = Read(pem);
    }

    private static TlsInfoDto Read(string pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return new TlsInfoDto
            {
                TrustRoot = pem,
                CertIssuerSubject = certificate.IssuerName.RawData,
                CertIssuerPublicKey = certificate.PublicKey.ExportSubjectPublicKeyInfo(),
            };
        }
        catch (CryptographicException)
        {
            return new TlsInfoDto { TrustRoot = pem };
        }
    }
}
