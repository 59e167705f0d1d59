using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Security;

/// <summary>Reads PEM that came from outside: from disk, from a peer, from the store.</summary>
internal static class PemText
{
    /// <summary>Characters; a certificate or request of ours has less than 2,000.</summary>
    public const int MaxLength = 16 * 1024;

    private const string P256 = "1.2.840.10045.3.1.7";

    /// <param name="what">names the thing in the message</param>
    /// <exception cref="InvalidDataException">not a certificate</exception>
    public static X509Certificate2 ReadCertificate(string pem, string what) =>
        Read(pem, what, text => X509Certificate2.CreateFromPem(text));

    /// <exception cref="InvalidDataException">not a private key on P-256</exception>
    public static ECDsa ReadKey(string pem, string what)
    {
        var key = Read(pem, what, text =>
        {
            var key = ECDsa.Create();
            key.ImportFromPem(text);
            return key;
        });
        if (key.ExportParameters(false).Curve.Oid.Value == P256)
            return key;
        key.Dispose();
        throw new InvalidDataException($"{what} is not an ECDSA key on P-256");
    }

    /// <summary>The public key of a certificate request whose own signature is right.</summary>
    /// <exception cref="InvalidDataException">not a request, or its key is not on P-256</exception>
    public static PublicKey ReadRequestKey(string pem)
    {
        const string what = "the certificate request";
        var request = Read(pem, what, text => CertificateRequest.LoadSigningRequestPem(text, HashAlgorithmName.SHA256));
        using var key = request.PublicKey.GetECDsaPublicKey();
        if (key?.ExportParameters(false).Curve.Oid.Value != P256)
            throw new InvalidDataException($"{what} has a key that is not ECDSA on P-256");
        return request.PublicKey;
    }

    /// <summary>Whether the certificate was made for this key.</summary>
    public static bool Belong(X509Certificate2 certificate, ECDsa key) =>
        certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());

    private static T Read<T>(string pem, string what, Func<string, T> read)
    {
        if (pem.Length > MaxLength)
            throw new InvalidDataException($"{what} is longer than {MaxLength} characters");
        try
        {
            return read(pem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"{what} cannot be read as PEM: {e.Message}", e);
        }
    }
}
