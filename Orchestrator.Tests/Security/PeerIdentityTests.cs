using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;
using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

public sealed class PeerIdentityTests
{
    private const string Id = "0123456789abcdefghijklmno";

    [Test]
    public void A_connection_without_certificate_is_nobody() => Assert.That(PeerIdentity.Of(null), Is.Null);

    [Test]
    public void A_subject_is_read_back()
    {
        var peer = new PeerIdentity(new NodeId(Id), NodeRole.Manager, new ClusterId(Id));
        Assert.That(CertificateNames.Parse(CertificateNames.SubjectOf(peer)), Is.EqualTo(peer));
    }

    [TestCase("CN=" + Id + ", OU=swarm-worker")]
    [TestCase("CN=" + Id + ", O=" + Id)]
    [TestCase("OU=swarm-worker, O=" + Id)]
    [TestCase("CN=" + Id + ", OU=swarm-boss, O=" + Id)]
    [TestCase("CN=short, OU=swarm-worker, O=" + Id)]
    [TestCase("CN=0123456789ABCDEFGHIJKLMNO, OU=swarm-worker, O=" + Id)]
    [TestCase("CN=" + Id + ", OU=swarm-worker, OU=swarm-manager, O=" + Id)]
    [TestCase("CN=" + Id + ", OU=swarm-worker, O=" + Id + ", C=DE")]
    [TestCase("CN=" + Id + "+OU=swarm-worker, O=" + Id)]
    [TestCase("CN=swarm-ca")]
    public void A_subject_of_any_other_shape_is_nobody(string subject) =>
        Assert.That(CertificateNames.Parse(new X500DistinguishedName(subject)), Is.Null);
}
