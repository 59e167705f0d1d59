using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Managers;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Consensus;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Managers;

/// <summary>Who is taken into the managers' group, who is not, and what each is told.</summary>
[CancelAfter(120_000)]
public sealed class GroupAdmissionTests
{
    private const ulong Id = 77;

    private readonly List<ManagerHost> _hosts = [];
    private TemporaryDirectory _directory = null!;
    private TestPki _pki = null!;

    private ManagerHost Founder => _hosts[0];

    private ManagerHost Joiner => _hosts[1];

    private RaftJoinRequest Request => new()
    {
        MemberId = Id, Incarnation = Founder.Node.Status.Membership.Incarnation, Address = Joiner.Address,
    };

    [SetUp]
    public async Task SetUp()
    {
        _directory = new TemporaryDirectory();
        _pki = new TestPki(TimeProvider.System.GetUtcNow().AddDays(-1));
        Host(NodeRole.Manager);
        Host(NodeRole.Manager);
        await Founder.FoundAsync();
        await Eventually.True("the founder's change of its own address is over",
            () => Founder.Node.Status.Membership.Find(Founder.Member)!.Address == Founder.Address);
        await Founder.AddRowAsync(Founder.NodeId);
        await Founder.AddRowAsync(Joiner.NodeId);
        await Joiner.ListenAsync(port: 0);
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
    public async Task Asked_twice_it_is_taken_in_once()
    {
        var group = await JoinAsync(Joiner, Request);
        Assert.That(group.Incarnation, Is.EqualTo(Founder.Node.Status.Membership.Incarnation));
        Assert.That(group.Managers, Has.Member(Joiner.Address));
        var before = Founder.Node.Status.Membership;
        await JoinAsync(Joiner, Request);
        Assert.That(Founder.Node.Status.Membership, Is.SameAs(before));
        Assert.That(before.Find(new MemberId(Id)), Is.EqualTo(new Member(new MemberId(Id), Joiner.NodeId.Value, Joiner.Address, false)));
    }

    [Test]
    public async Task Another_address_of_the_same_member_is_tried_and_then_replaces_the_first()
    {
        await JoinAsync(Joiner, Request);
        await RefusesAsync(Joiner, Request with { Address = Founder.Address }, "--advertise-addr");
        await Joiner.StopAsync();
        await Joiner.ListenAsync(port: 0);
        await JoinAsync(Joiner, Request);
        Assert.That(Founder.Node.Status.Membership.Find(new MemberId(Id))!.Address, Is.EqualTo(Joiner.Address));
    }

    [TestCase("", "not an address")]
    [TestCase("10.0.0.1", "not an address")]
    [TestCase("0.0.0.0:2377", "not an address")]
    [TestCase("[::]:2377", "not an address")]
    [TestCase("host.example:2377", "not an address")]
    public Task An_address_that_nobody_can_use_is_refused(string address, string text) =>
        RefusesAsync(Joiner, Request with { Address = address }, text);

    [Test]
    public Task Nobody_is_not_a_member() => RefusesAsync(Joiner, Request with { MemberId = 0 }, "is nobody");

    [Test]
    public Task Another_incarnation_is_refused() =>
        RefusesAsync(Joiner, Request with { Incarnation = Request.Incarnation + 1 }, "another incarnation");

    [Test]
    public async Task What_the_leader_cannot_reach_is_refused_and_says_from_where()
    {
        var request = Request;
        await Joiner.StopAsync();
        await RefusesAsync(Joiner, request, "cannot be reached from the leader");
    }

    [Test]
    public async Task An_address_at_which_another_node_answers_is_refused()
    {
        var third = Host(NodeRole.Manager);
        await third.ListenAsync(port: 0);
        await RefusesAsync(Joiner, Request with { Address = third.Address }, "answers the leader, not node");
    }

    [Test]
    public async Task An_address_of_another_manager_and_an_id_of_another_node_are_refused()
    {
        await JoinAsync(Joiner, Request);
        var third = Host(NodeRole.Manager);
        await Founder.AddRowAsync(third.NodeId);
        await RefusesAsync(third, Request with { MemberId = 78 }, "answers the leader, not node");
        await RefusesAsync(third, Request with { MemberId = 78, Address = Founder.Address }, "is a manager at");
        await RefusesAsync(third, Request, "but the certificate is of");
    }

    [Test]
    public async Task A_host_whose_join_has_failed_takes_the_place_of_what_that_try_has_left()
    {
        await JoinAsync(Joiner, Request);
        var port = Joiner.EndPoint.Port;
        await Joiner.StopAsync();
        var again = Host(NodeRole.Manager);
        await Founder.AddRowAsync(again.NodeId);
        await again.StartAsync([Founder], port);
        Assert.That(Founder.Node.Status.Membership.Removed, Is.EqualTo(new[] { new MemberId(Id) }));
        await Eventually.True("it has a vote", () => Founder.Node.Status.Membership.Find(again.Member) is { Votes: true });
    }

    [Test]
    public async Task Workers_nodes_that_are_to_be_workers_and_removed_nodes_are_refused()
    {
        await RefusesAsync(Host(NodeRole.Worker), Request, "with a manager's certificate");
        await RefusesAsync(Host(NodeRole.Manager), Request, "was removed from the cluster");
        await Founder.SetRoleAsync(Joiner.NodeId, NodeRole.Worker);
        await RefusesAsync(Joiner, Request, "is to be a worker");
    }

    [Test]
    public async Task The_group_is_described_only_to_who_is_to_be_a_manager_still()
    {
        var group = await Joiner.Client.AskAsync([Founder.Address], default);
        Assert.That(group.Incarnation, Is.EqualTo(Request.Incarnation));
        await Founder.SetRoleAsync(Joiner.NodeId, NodeRole.Worker);
        var why = (await Assert.ThrowsAsync<GroupException>(() => Joiner.Client.AskAsync([Founder.Address], default)))!;
        Assert.That(why.Failure, Is.EqualTo(GroupFailure.Refused), why.Message);
        Assert.That(why.Message, Does.Contain("is to be a worker"));
    }

    [Test]
    public async Task Who_was_removed_is_told_so_even_with_a_workers_certificate()
    {
        await JoinAsync(Joiner, Request);
        await Founder.SetRoleAsync(Joiner.NodeId, NodeRole.Worker);
        var removed = new MemberId(Id);
        await Eventually.True("it is removed", () => Founder.Node.Status.Removed.Contains(removed));
        var why = await RefusesAsync(Host(NodeRole.Worker), Request, "must come back as a new member");
        Assert.That(why.Failure, Is.EqualTo(GroupFailure.Removed));
    }

    [Test]
    public async Task Fifteen_are_enough()
    {
        for (var id = 1; id < ManagerCount.Most; id++)
        {
            await Founder.AddRowAsync(new NodeId($"n{id}"));
            var member = new Member(new MemberId((ulong)id + 100), $"n{id}", $"127.0.0.1:{id}", false);
            await new MembershipChanges(Founder.Node).AddLearnerAsync(member, default);
        }
        await RefusesAsync(Joiner, Request, "no more than 15");
    }

    [Test]
    public async Task A_follower_names_the_leader_and_whoever_asks_goes_there()
    {
        await Joiner.StopAsync();
        await Joiner.StartAsync([Founder]);
        var third = Host(NodeRole.Manager);
        await Founder.AddRowAsync(third.NodeId);
        await third.StartAsync([Joiner]);
        await Eventually.True("the third knows all three", () => third.Node.Status.Membership.Members.Length == 3);
    }

    [Test]
    public async Task Without_a_leader_the_search_ends_and_says_what_it_heard()
    {
        var client = new GroupClient(Founder.Connector, TimeProvider.System) { Limit = TimeSpan.FromMilliseconds(500) };
        var silent = (await Assert.ThrowsAsync<GroupException>(() => client.AskAsync([], default)))!;
        Assert.That(silent.Message, Does.Contain("no other manager"));
        var why = (await Assert.ThrowsAsync<GroupException>(() => client.AskAsync(["no address", Joiner.Address], default)))!;
        Assert.That(why.Failure, Is.EqualTo(GroupFailure.NoLeader));
        Assert.That(why.Message, Does.Contain("not ready yet"));
    }

    [Test]
    public async Task A_directory_that_holds_a_member_asks_nobody()
    {
        await Joiner.StopAsync();
        await Joiner.StartAsync([Founder]);
        // Else its next life, which is told of nobody, may not know where the founder is: that says so itself, later.
        await Eventually.True("it has the founder's address in its log", () => Joiner.Node.Status is var status
            && status.AppliedIndex >= status.CommitIndex
            && status.Committed.Members.Any(member => member.Address == Founder.Address));
        var member = Joiner.Member;
        await Joiner.StopAsync();
        await Joiner.StartAsync([]);
        Assert.That(Joiner.Member, Is.EqualTo(member));
        var empty = await GroupStart.PrepareAsync(_directory.Child("new"), Founder.Client, [Founder.Address], IdSource.Secure, default);
        Assert.That(empty!.First.Members, Is.Empty);
        Assert.That(empty.First.Incarnation, Is.EqualTo(Founder.Node.Status.Membership.Incarnation));
    }

    private ManagerHost Host(NodeRole role)
    {
        NodeIdentity identity = _pki.Node(role, TimeProvider.System.GetUtcNow());
        _hosts.Add(new ManagerHost(identity, _directory.Child($"{_hosts.Count}")));
        return _hosts[^1];
    }

    private Task<RaftGroup> JoinAsync(ManagerHost host, RaftJoinRequest request) =>
        host.Client.JoinAsync([Founder.Address], request, default);

    private async Task<GroupException> RefusesAsync(ManagerHost host, RaftJoinRequest request, string text)
    {
        var why = (await Assert.ThrowsAsync<GroupException>(() => JoinAsync(host, request)))!;
        Assert.That(why.Failure, Is.Not.EqualTo(GroupFailure.NoLeader), why.Message);
        Assert.That(why.Message, Does.Contain(text));
        return why;
    }
}
