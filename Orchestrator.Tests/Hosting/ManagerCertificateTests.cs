using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Hosting;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Dispatching;

namespace Orchestrator.Tests.Hosting;

public sealed class ManagerCertificateTests
{
    [Test]
    public void A_manager_that_was_off_until_its_certificate_expired_makes_a_new_one()
    {
        var time = new FakeTimeProvider();
        var services = new HostServices(new DaemonOptions(), time, NullLoggerFactory.Instance);
        using var founder = ClusterFounder.Create(new ClusterSpec(), services);
        var store = new StateStore();
        new DirectProposer(store).Apply([.. founder.FirstTransaction(
            new() { ListenAddress = "", AdvertiseAddress = "", Spec = new ClusterSpec() }, "10.0.0.1:2377", services)
            .Changes]);
        var identity = new LiveIdentity(founder.Identity);

        Assert.That(ManagerCertificate.RenewExpired(store.Current, identity, services), Is.False, "it is good");
        time.Advance(Defaults.CertificateLifetime + TimeSpan.FromDays(1));
        Assert.That(ManagerCertificate.RenewExpired(store.Current, identity, services), Is.True);

        Assert.That(identity.Current.Peer, Is.EqualTo(founder.Identity.Peer));
        Assert.That(identity.Current.Validity.NotAfter, Is.GreaterThan(time.GetUtcNow().AddDays(80)));
        Assert.That(identity.Current.CaPem, Is.EqualTo(founder.Identity.CaPem));
    }
}
