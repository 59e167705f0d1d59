using System.Net;
using Orchestrator.Hosting;

namespace Orchestrator.Tests.Hosting;

public sealed class NodeSetupTests
{
    private static readonly NodeState Manager = new()
    {
        Manager = true, ListenAddress = "0.0.0.0:2400", AdvertiseAddress = "192.0.2.1:2400",
    };

    [TestCase("", "0.0.0.0:2400", "192.0.2.1:2400")]
    [TestCase("192.0.2.7", "0.0.0.0:2400", "192.0.2.7:2400")]
    [TestCase("192.0.2.7:9000", "0.0.0.0:2400", "192.0.2.7:9000")]
    public void A_restarted_manager_listens_where_it_did_whatever_its_address_is_now(
        string advertise, string listens, string advertised)
    {
        var options = new DaemonOptions { Advertise = advertise, Listen = new IPEndPoint(IPAddress.Loopback, 2377) };
        var choice = NodeSetup.AddressesOf(Manager, options);
        Assert.That((choice.Listen.ToString(), choice.Advertise.ToString()), Is.EqualTo((listens, advertised)));
    }

    [Test]
    public void An_address_that_cannot_be_used_is_refused()
    {
        Assert.That(() => NodeSetup.AddressesOf(Manager, new DaemonOptions { Advertise = "nonsense" }),
            Throws.TypeOf<OptionException>().With.Message.Contains("nonsense"));
        Assert.That(() => NodeSetup.AddressesOf(new NodeState { ListenAddress = "?" }, new DaemonOptions()),
            Throws.TypeOf<OptionException>().With.Message.Contains("no address to listen on"));
    }
}
