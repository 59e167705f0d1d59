using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

public sealed class CertificateAuthorityTests
{
    private static readonly DateTimeOffset Now = TestPki.Now;

    [Test]
    public void The_root_is_a_self_signed_P256_CA_for_twenty_years()
    {
        using var ca = CertificateAuthority.Create(Now);
        var root = ca.Certificate;
        Assert.That(root.Subject, Is.EqualTo("CN=swarm-ca"));
        Assert.That(root.Issuer, Is.EqualTo(root.Subject));
        Assert.That(root.GetECDsaPublicKey()!.KeySize, Is.EqualTo(256));
        Assert.That(Validity.Of(root).NotAfter, Is.EqualTo(Now.AddYears(20)));
        Assert.That(Validity.Of(root).NotBefore, Is.EqualTo(Now.AddHours(-1)));
        Assert.That(root.HasPrivateKey, Is.False);
        var constraints = root.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        Assert.That(constraints.CertificateAuthority && constraints.Critical && constraints.PathLengthConstraint == 0);
        Assert.That(
            root.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages,
            Is.EqualTo(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign));
    }

    [Test]
    public void PEM_of_certificate_and_key_bring_back_a_CA_that_issues_the_same()
    {
        using var pki = new TestPki();
        using var back = CertificateAuthority.FromPem(pki.Ca.CertificatePem, pki.Ca.KeyPem);
        Assert.That(back.CertificatePem, Is.EqualTo(pki.Ca.CertificatePem));
        Assert.That(back.KeyPem, Is.EqualTo(pki.Ca.KeyPem));
        using var key = new KeyAndRequest();
        var peer = new PeerIdentity(new NodeId(IdSource.Secure.Next()), NodeRole.Worker, pki.ClusterId);
        var issued = back.Issue(peer, key.RequestPem, Now, TestPki.Lifetime);
        using var identity = key.Complete(issued, pki.Ca.CertificatePem);
        Assert.That(identity.Peer, Is.EqualTo(peer));
    }

    [TestCase(NodeRole.Manager, "swarm-manager")]
    [TestCase(NodeRole.Worker, "swarm-worker")]
    public void A_node_certificate_says_who_the_node_is(NodeRole role, string unit)
    {
        using var pki = new TestPki();
        using var identity = pki.Node(role);
        var certificate = identity.Certificate;
        Assert.That(certificate.Subject, Is.EqualTo($"CN={identity.NodeId}, OU={unit}, O={pki.ClusterId}"));
        string[] names = role == NodeRole.Manager
            ? [unit, identity.NodeId.Value, "swarm-ca"]
            : [unit, identity.NodeId.Value];
        Assert.That(
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames(),
            Is.EqualTo(names));
        Assert.That(identity.Validity, Is.EqualTo(new Validity(Now.AddHours(-1), Now + TestPki.Lifetime)));
        Assert.That(
            certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages
                .Cast<Oid>().Select(o => o.Value),
            Is.EquivalentTo(new[] { "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2" }));
        var constraints = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        Assert.That(constraints.CertificateAuthority, Is.False);
    }

    [Test]
    public void Only_the_public_key_is_taken_from_the_request()
    {
        using var pki = new TestPki();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var greedy = new CertificateRequest("CN=other, OU=swarm-manager", key, HashAlgorithmName.SHA256);
        greedy.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var peer = new PeerIdentity(new NodeId(IdSource.Secure.Next()), NodeRole.Worker, pki.ClusterId);
        using var issued = X509Certificate2.CreateFromPem(
            pki.Ca.Issue(peer, greedy.CreateSigningRequestPem(), Now, TestPki.Lifetime));
        Assert.That(PeerIdentity.Of(issued), Is.EqualTo(peer));
        Assert.That(issued.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority, Is.False);
        Assert.That(issued.PublicKey.ExportSubjectPublicKeyInfo(), Is.EqualTo(key.ExportSubjectPublicKeyInfo()));
    }

    [Test]
    public void Serials_are_random()
    {
        using var pki = new TestPki();
        var serials = Enumerable.Range(0, 20).Select(_ => pki.Worker().Certificate.SerialNumber).ToArray();
        Assert.That(serials.Distinct().Count(), Is.EqualTo(20));
        Assert.That(serials, Is.All.Length.EqualTo(32));
    }

    [Test]
    public void A_certificate_never_outlives_its_CA()
    {
        using var pki = new TestPki(Now);
        using var late = pki.Worker(Now.AddYears(20).AddDays(-1));
        Assert.That(late.Validity.NotAfter, Is.EqualTo(Now.AddYears(20)));
        using var early = pki.Worker(Now.AddMinutes(-10));
        Assert.That(early.Validity.NotBefore, Is.EqualTo(Now.AddHours(-1)));
        Assert.That(
            () => pki.Worker(Now.AddHours(-2)),
            Throws.InstanceOf<PeerException>().With.Message.Contains("clock is wrong"));
    }

    [Test]
    public void A_malformed_request_is_refused()
    {
        using var pki = new TestPki();
        Assert.That(() => Issue(pki, "junk"), Throws.InstanceOf<InvalidDataException>());
        Assert.That(() => Issue(pki, ""), Throws.InstanceOf<InvalidDataException>());
        Assert.That(() => Issue(pki, new string('x', 20_000)), Throws.InstanceOf<InvalidDataException>()
            .With.Message.Contains("longer than 16384"));
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Assert.That(() => Issue(pki, request.CreateSigningRequestPem()), Throws.InstanceOf<InvalidDataException>());
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        request = new CertificateRequest("CN=x", p384, HashAlgorithmName.SHA256);
        Assert.That(() => Issue(pki, request.CreateSigningRequestPem()), Throws.InstanceOf<InvalidDataException>()
            .With.Message.Contains("P-256"));
    }

    [Test]
    public void A_request_whose_signature_is_wrong_is_refused()
    {
        using var pki = new TestPki();
        using var key = new KeyAndRequest();
        var der = PemEncoding.Find(key.RequestPem);
        var bytes = Convert.FromBase64String(key.RequestPem[der.Base64Data]);
        bytes[^1] ^= 1;
        var forged = PemEncoding.WriteString("CERTIFICATE REQUEST", bytes);
        Assert.That(() => Issue(pki, forged), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void A_key_of_another_CA_is_refused()
    {
        using var one = new TestPki();
        using var two = new TestPki();
        Assert.That(
            () => CertificateAuthority.FromPem(one.Ca.CertificatePem, two.Ca.KeyPem),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("does not belong"));
        using var node = one.Manager();
        Assert.That(
            () => CertificateAuthority.ReadCertificate(node.CertificatePem),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("self-signed"));
        Assert.That(() => CertificateAuthority.ReadCertificate(""), Throws.InstanceOf<InvalidDataException>());
    }

    private static string Issue(TestPki pki, string request) => pki.Ca.Issue(
        new PeerIdentity(new NodeId(IdSource.Secure.Next()), NodeRole.Worker, pki.ClusterId),
        request, Now, TestPki.Lifetime);
}
