using Orchestrator.Consensus.Core;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Consensus;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Managers;

/// <summary>Hosts become managers, stop being some, lose their disks and move.</summary>
[CancelAfter(120_000)]
public sealed class ManagersOverTlsTests
{
    private readonly List<ManagerHost> _hosts = [];
    private TemporaryDirectory _directory = null!;
    private TestPki _pki = null!;

    private ManagerHost Founder => _hosts[0];

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();
        _pki = new TestPki(TimeProvider.System.GetUtcNow().AddDays(-1));
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        _hosts.Clear();
        _pki.Dispose();
        _directory.Dispose();
    }

    [Test]
    public async Task A_founder_and_two_that_join_are_three_managers_and_one_may_fail()
    {
        await StartAsync(3);
        var rows = Founder.Store.Current.Nodes;
        Assert.That(rows.Values.Select(row => row.ManagerAddress), Is.EquivalentTo(_hosts.Select(host => host.Address)));
        await Founder.StopAsync();
        await _hosts[1].AddRowAsync(new NodeId("after"), NodeRole.Worker);
        await _hosts[2].Node.ReadBarrierAsync(default);
        Assert.That(_hosts[2].Store.Current.Nodes.Keys, Has.Member("after"));
    }

    [Test]
    public async Task A_demoted_manager_learns_it_and_a_demoted_leader_hands_over_first()
    {
        await StartAsync(3);
        await Founder.SetRoleAsync(_hosts[2].NodeId, NodeRole.Worker);
        Assert.That(await _hosts[2].Removed.WaitAsync(Eventually.Patience), Is.True);
        await Founder.SetRoleAsync(Founder.NodeId, NodeRole.Worker);
        Assert.That(await Founder.Removed.WaitAsync(Eventually.Patience), Is.True);
        await UntilVotersAsync(_hosts[1]);
        await Eventually.True("the rows of workers show no address", () => _hosts[1].Store.Current.Nodes.Values
            .Where(row => row.ManagerAddress.Length > 0).Select(row => row.Id).SequenceEqual([_hosts[1].NodeId]));
    }

    [Test]
    public async Task One_that_was_removed_while_it_was_away_learns_it_when_it_comes_back()
    {
        await StartAsync(3);
        var away = _hosts[2];
        var member = away.Member;
        await away.StopAsync();
        await Founder.SetRoleAsync(away.NodeId, NodeRole.Worker);
        await UntilVotersAsync(Founder, _hosts[1]);
        await away.StartAsync([]);
        Assert.That(away.Member, Is.EqualTo(member), "it comes as the one it was");
        Assert.That(await away.Removed.WaitAsync(Eventually.Patience), Is.True);
    }

    [Test]
    public async Task One_that_lost_its_disk_comes_back_as_another_member_and_its_former_one_is_removed()
    {
        await StartAsync(3);
        var (wiped, port) = (_hosts[2], _hosts[2].EndPoint.Port);
        var former = wiped.Member;
        await wiped.StopAsync();
        wiped.Wipe();
        await wiped.StartAsync([_hosts[1], Founder], port);
        await UntilVotersAsync([.. _hosts]);
        Assert.That(wiped.Member, Is.Not.EqualTo(former));
        Assert.That(Founder.Node.Status.Membership.Removed, Is.EqualTo(new[] { former }));
    }

    [Test]
    public async Task One_that_moved_tells_the_others_its_new_address()
    {
        await StartAsync(3);
        var (moved, former) = (_hosts[2], _hosts[2].Address);
        var member = moved.Member;
        await moved.StopAsync();
        await moved.StartAsync([]);
        await Eventually.True("all know the new address", () => _hosts.TrueForAll(host =>
            host.Node.Status.Membership.Find(member)?.Address == moved.Address
            && host.Store.Current.Node(moved.NodeId)?.ManagerAddress == moved.Address));
        Assert.That(moved.Address, Is.Not.EqualTo(former));
        Assert.That(moved.Removed.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_node_may_be_a_manager_again_after_it_was_none()
    {
        await StartAsync(2);
        var other = _hosts[1];
        await Founder.SetRoleAsync(other.NodeId, NodeRole.Worker);
        Assert.That(await other.Removed.WaitAsync(Eventually.Patience), Is.True);
        await other.StopAsync();
        other.Wipe();
        await Founder.SetRoleAsync(other.NodeId, NodeRole.Manager);
        await other.StartAsync([Founder]);
        await UntilVotersAsync(Founder, other);
    }

    [Test]
    public async Task One_that_was_killed_before_it_was_taken_in_goes_on_where_it_was()
    {
        await StartAsync(1);
        var late = new ManagerHost(_pki.Manager(TimeProvider.System.GetUtcNow()), _directory.Child("late"));
        _hosts.Add(late);
        await Founder.AddRowAsync(late.NodeId);
        await late.StartAsync([Founder], joins: false);
        var member = late.Member;
        await late.StopAsync();
        await late.StartAsync([Founder]);
        await UntilVotersAsync(Founder, late);
        Assert.That(late.Member, Is.EqualTo(member));
    }

    [Test]
    public async Task One_that_joins_late_gets_a_log_of_many_messages()
    {
        await StartAsync(1);
        for (var i = 0; i < 10; i++)
            await Founder.ChangeAsync(_ => Change.Create(new Node
            {
                Id = new NodeId($"large{i}"), Meta = ObjectMeta.New(default),
                Description = new NodeDescription { Hostname = new string('x', 700_000) },
            }));
        var late = new ManagerHost(_pki.Manager(TimeProvider.System.GetUtcNow()), _directory.Child("late"));
        _hosts.Add(late);
        await Founder.AddRowAsync(late.NodeId);
        await late.StartAsync([Founder]);
        await UntilVotersAsync(Founder, late);
        await late.Node.ReadBarrierAsync(default);
        Assert.That(late.Store.Current.Nodes, Has.Count.EqualTo(12));
    }

    [Test]
    public async Task A_node_that_has_ended_was_not_removed()
    {
        await StartAsync(1);
        await Founder.Node.DisposeAsync();
        Assert.That(await Founder.Removed.WaitAsync(Eventually.Patience), Is.False);
    }

    private async Task StartAsync(int count)
    {
        for (var i = 0; i < count; i++)
            _hosts.Add(new ManagerHost(_pki.Manager(TimeProvider.System.GetUtcNow()), _directory.Child($"{i}")));
        await Founder.FoundAsync();
        foreach (var host in _hosts)
            await Founder.AddRowAsync(host.NodeId);
        foreach (var host in _hosts.Skip(1))
            await host.StartAsync([Founder]);
        await UntilVotersAsync([.. _hosts]);
        await Eventually.True("all rows show the addresses", () => _hosts.TrueForAll(host =>
            _hosts.TrueForAll(other => host.Store.Current.Node(other.NodeId)?.ManagerAddress == other.Address)));
    }

    /// <summary>Waits until these are the managers, all with a vote, and all of them know it.</summary>
    private static async Task UntilVotersAsync(params ManagerHost[] hosts)
    {
        var expected = hosts.Select(host => host.Member).Order().ToArray();
        await Eventually.TrueAsync(
            () => hosts.All(host => host.Node.Status.Membership is var members
                && members.Members.Select(member => member.Id).SequenceEqual(expected) && members.Voters() == hosts.Length),
            "these are the voters",
            () => string.Join('\n', hosts.Select(host => string.Join(", ", host.Node.Status.Membership.Members))));
    }
}
