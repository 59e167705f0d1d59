using System.Net;
using System.Net.Sockets;
using Orchestrator.Model;
using Orchestrator.Security;

namespace Orchestrator.Tests.Agents;

[TestFixture]
[CancelAfter(60_000)]
internal sealed class LeaderHintTests
{
    private AgentRig _rig = null!;
    private ScriptedManager _follower = null!;
    private ScriptedManager _leader = null!;

    [SetUp]
    public async Task SetUp()
    {
        _rig = new AgentRig();
        _leader = await _rig.AddManagerAsync();
        _follower = await _rig.AddManagerAsync();
        (_follower.Refusal, _follower.Leader) = (503, _leader.Address);
    }

    [TearDown]
    public async Task TearDown() => await _rig.DisposeAsync();

    [Test]
    public async Task An_agent_finds_the_leader_by_what_another_manager_says()
    {
        _rig.Start(_follower.Address);

        await (await _leader.SessionAsync()).HearAsync<AgentHello>();

        Assert.That(_follower.Refused, Is.EqualTo(1));
    }

    [Test]
    public async Task An_agent_whose_manager_does_not_lead_any_more_moves_to_the_one_that_does()
    {
        (_follower.Refusal, _leader.Refusal) = (null, 503);
        _rig.Start(_follower.Address);
        var session = await _follower.SessionAsync();
        await session.HearAsync<AgentHello>();

        (_follower.Refusal, _leader.Refusal) = (503, null);
        session.Abort();

        await (await _leader.SessionAsync()).HearAsync<AgentHello>();
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("10.0.0.1")]
    [TestCase("manager.example.org:2377")]
    [TestCase("255.255.255.255:99999")]
    public async Task What_is_no_address_is_not_followed(string hint)
    {
        _follower.Leader = hint;
        _rig.Start(_follower.Address, _leader.Address);

        await (await _leader.SessionAsync()).HearAsync<AgentHello>();
    }

    [Test]
    public async Task An_agent_waits_for_a_leader_among_managers_that_name_each_other()
    {
        (_leader.Refusal, _leader.Leader) = (503, _follower.Address);
        _rig.Start(_follower.Address, _leader.Address);
        await Builders.Eventually.TrueAsync(() => _leader.Refused + _follower.Refused >= 6, "all were asked");

        _leader.Refusal = null;

        await (await _leader.SessionAsync()).HearAsync<AgentHello>();
    }

    [Test]
    public async Task A_manager_that_says_nothing_does_not_keep_an_agent_from_the_others()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var start = TimeProvider.System.GetTimestamp();
        _rig.Start(silent.LocalEndpoint.ToString()!, _follower.Address);

        await (await _leader.SessionAsync()).HearAsync<AgentHello>();

        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(ClusterConnector.ConnectTimeout));
    }
}
