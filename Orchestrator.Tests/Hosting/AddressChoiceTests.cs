using System.Net;
using Orchestrator.Hosting;

namespace Orchestrator.Tests.Hosting;

public sealed class AddressChoiceTests
{
    private static readonly IPEndPoint Default = new(IPAddress.Any, 2377);
    private static readonly HostAddress[] OneCard = [Card("eth0", "192.0.2.1"), Card("docker0", "172.17.0.1")];
    private static readonly HostAddress[] TwoCards = [Card("eth0", "192.0.2.1"), Card("eth1", "198.51.100.1")];

    [TestCase("", "", "0.0.0.0:2377", "192.0.2.1:2377")]
    [TestCase("0.0.0.0:2377", "", "0.0.0.0:2377", "192.0.2.1:2377")]
    [TestCase("", "192.0.2.9", "0.0.0.0:2377", "192.0.2.9:2377")]
    [TestCase("", "192.0.2.9:4000", "0.0.0.0:2377", "192.0.2.9:4000")]
    [TestCase("192.0.2.1:5000", "", "192.0.2.1:5000", "192.0.2.1:5000")]
    [TestCase("eth0:1", "192.0.2.9", null, null)]
    [TestCase("", "eth0", "0.0.0.0:2377", "192.0.2.1:2377")]
    public void The_users_words_become_addresses(string listen, string advertise, string? expectedListen, string? expectedAdvertise)
    {
        if (expectedListen is null)
        {
            Assert.That(() => AddressChoice.From(listen, advertise, Default, OneCard), Throws.TypeOf<FormatException>());
            return;
        }
        var choice = AddressChoice.From(listen, advertise, Default, OneCard);
        Assert.That(choice.Listen.ToString(), Is.EqualTo(expectedListen));
        Assert.That(choice.Advertise.ToString(), Is.EqualTo(expectedAdvertise));
    }

    [Test]
    public void With_several_addresses_the_choice_is_the_users()
    {
        Assert.That(() => AddressChoice.From("", "", Default, TwoCards),
            Throws.TypeOf<FormatException>().With.Message.Contains("192.0.2.1 on eth0, 198.51.100.1 on eth1"));
    }

    [Test]
    public void Without_an_address_the_user_must_give_one()
    {
        Assert.That(() => AddressChoice.From("", "", Default, []),
            Throws.TypeOf<FormatException>().With.Message.Contains("--advertise-addr"));
    }

    private static HostAddress Card(string name, string address) => new(name, IPAddress.Parse(address));
}
