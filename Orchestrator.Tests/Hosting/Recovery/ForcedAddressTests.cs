using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Api;
using Orchestrator.Hosting;
using Orchestrator.Hosting.Recovery;
using Orchestrator.Model;
using NodeState = Orchestrator.Hosting.NodeState;

namespace Orchestrator.Tests.Hosting.Recovery;

/// <summary>Where a manager that carries on by force is found afterwards.</summary>
public sealed class ForcedAddressTests
{
    private static readonly NodeState Stored = new()
    {
        NodeId = "node", Manager = true, ListenAddress = "0.0.0.0:2377", AdvertiseAddress = "10.0.0.1:2377",
    };

    [TestCase("")]
    [TestCase("0.0.0.0:2377", Description = "what the docker client sends when nobody says anything")]
    public void It_stays_where_it_was_when_nobody_says_anything(string listen) => Assert.That(Of(listen, ""), Is.Null);

    [Test]
    public void Another_advertised_address_leaves_it_listening_where_it_was() =>
        Assert.That(Of("", "10.0.0.9"), Is.EqualTo(Choice("0.0.0.0:2377", "10.0.0.9:2377")));

    [Test]
    public void Who_listens_at_one_address_is_reached_there_and_a_free_port_is_found()
    {
        var chosen = Of("127.0.0.1:0", "")!;
        Assert.That((chosen.Listen.Address, chosen.Listen.Port), Is.EqualTo((IPAddress.Loopback, chosen.Advertise.Port)));
        Assert.That(chosen.Listen.Port, Is.Not.Zero);
    }

    [Test]
    public void Who_listens_at_all_addresses_is_reached_where_it_was_at_the_new_port()
    {
        var chosen = Of("0.0.0.0:0", "")!;
        Assert.That(chosen.Advertise, Is.EqualTo(new IPEndPoint(IPAddress.Parse("10.0.0.1"), chosen.Listen.Port)));
    }

    [Test]
    public void What_cannot_be_listened_on_is_refused_before_anything_is_stopped()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        foreach (var listen in new[] { other.LocalEndpoint.ToString()!, "203.0.113.1:4", "nonsense" })
            Assert.That(() => Of(listen, ""), Throws.TypeOf<ApiException>().With.Message.Contains("--listen-addr"));
    }

    [Test]
    public void Settings_of_the_daemon_that_would_win_are_named() => Assert.That(
        () => Of("", "10.0.0.9", new DaemonOptions { Advertise = "10.0.0.7" }),
        Throws.TypeOf<ApiException>().With.Message.Contains("10.0.0.7"));

    private static AddressChoice Choice(string listen, string advertise) =>
        new(IPEndPoint.Parse(listen), IPEndPoint.Parse(advertise));

    private static AddressChoice? Of(string listen, string advertise, DaemonOptions? options = null) => ForcedAddress.Of(
        new InitCommand { ListenAddress = listen, AdvertiseAddress = advertise, Spec = new ClusterSpec() }, Stored,
        new HostServices(options ?? new DaemonOptions(), TimeProvider.System, NullLoggerFactory.Instance));
}
