using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Dispatching;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Serialization;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Dispatching;

[CancelAfter(60_000)]
public sealed class AdmissionTests
{
    private ManagerUnderTest manager = null!;

    [SetUp]
    public async Task SetUp() => manager = await ManagerUnderTest.StartAsync();

    [TearDown]
    public async Task TearDown() => await manager.DisposeAsync();

    [Test]
    public async Task A_host_with_a_worker_token_becomes_a_worker(CancellationToken ct)
    {
        Assert.That(JoinToken.TryParse(manager.Cluster.WorkerToken, out var token, out _));
        using var ca = await ClusterCa.FetchAsync(manager.Address, token!, ct);
        using var key = new KeyAndRequest();
        var answer = await JoinAsync(Request(key) with { Hostname = "box", Availability = Availability.Pause }, ct);
        var joined = MessagePackSerializer.Deserialize<JoinResponse>(await answer.Content.ReadAsByteArrayAsync(ct));
        using var identity = key.Complete(joined.Certificate, ca.ExportCertificatePem());
        Assert.That(
            identity.Peer, Is.EqualTo(new PeerIdentity(joined.NodeId, NodeRole.Worker, manager.Cluster.Id)));
        Assert.That(joined.ClusterId, Is.EqualTo(manager.Cluster.Id));

        var node = manager.State.Node(joined.NodeId)!;
        Assert.That(node.Description.Hostname, Is.EqualTo("box"));
        Assert.That(node.Spec.Role, Is.EqualTo(NodeRole.Worker));
        Assert.That(node.Spec.Availability, Is.EqualTo(Availability.Pause));
        Assert.That(node.Status.State, Is.EqualTo(NodeState.Unknown));
        await using var agent = await ScriptedAgent.ConnectAsync(manager, identity, ct);
        Assert.That(manager.State.Node(joined.NodeId)!.Status.State, Is.EqualTo(NodeState.Ready));
    }

    [Test]
    public async Task A_rotated_token_is_refused_as_such(CancellationToken ct)
    {
        var old = manager.Cluster.WorkerToken;
        var next = JoinToken.Create(manager.Pki.CaCertificate, IdSource.Secure).Reveal();
        manager.Update(manager.Cluster with { WorkerToken = next });
        await RefusedAsync(request => request with { Token = old }, HttpStatusCode.Forbidden, "rotated", ct);
        Assert.That(manager.State.Nodes, Is.Empty);
    }

    [Test]
    public async Task A_token_that_is_rotated_while_the_host_joins_is_refused(CancellationToken ct)
    {
        var next = JoinToken.Create(manager.Pki.CaCertificate, IdSource.Secure).Reveal();
        manager.Proposer.BeOvertakenBy(Change.Update(manager.Cluster with { WorkerToken = next }));
        await RefusedAsync(request => request, HttpStatusCode.Forbidden, "rotated", ct);
        Assert.That(manager.State.Nodes, Is.Empty);
    }

    [Test]
    public async Task A_change_of_other_settings_meanwhile_does_not_stop_a_join(CancellationToken ct)
    {
        var spec = manager.Cluster.Spec with { TaskHistoryLimit = 7 };
        manager.Proposer.BeOvertakenBy(Change.Update(manager.Cluster with { Spec = spec }));
        using var key = new KeyAndRequest();
        var answer = await JoinAsync(Request(key), ct);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(manager.State.Nodes, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_token_of_another_cluster_is_refused_as_such(CancellationToken ct)
    {
        using var other = new TestPki();
        var token = JoinToken.Create(other.CaCertificate, IdSource.Secure).Reveal();
        await RefusedAsync(
            request => request with { Token = token }, HttpStatusCode.Forbidden, "of another cluster", ct);
    }

    [Test]
    public async Task A_host_with_a_manager_token_gets_a_managers_certificate_and_row(CancellationToken ct)
    {
        using var key = new KeyAndRequest();
        var answer = await JoinAsync(Request(key) with { Token = manager.Cluster.ManagerToken }, ct);
        var joined = MessagePackSerializer.Deserialize<JoinResponse>(await answer.Content.ReadAsByteArrayAsync(ct));
        using var identity = key.Complete(joined.Certificate, manager.Cluster.CaCertificate);
        Assert.That(identity.Role, Is.EqualTo(NodeRole.Manager));
        Assert.That(manager.State.Node(joined.NodeId)!.Spec.Role, Is.EqualTo(NodeRole.Manager));
    }

    [Test]
    public async Task Malformed_requests_are_refused_and_say_why(CancellationToken ct)
    {
        await RefusedAsync(request => request with { Token = "x" }, HttpStatusCode.BadRequest, "SWMTKN-1-", ct);
        await RefusedAsync(
            request => request with { CertificateRequest = "x" }, HttpStatusCode.BadRequest, "certificate request", ct);
        await RefusedAsync(
            request => request with { Hostname = new string('h', 300) }, HttpStatusCode.BadRequest, "hostname", ct);
        await RefusedAsync(
            request => request with { Hostname = new string('h', 100_000) },
            HttpStatusCode.RequestEntityTooLarge, "65536 bytes", ct);
        using var client = manager.ClientOf(null);
        var junk = await client.PostAsync(
            new Uri(ClusterPaths.Join, UriKind.Relative), new ByteArrayContent([0xc1, 1, 2]), ct);
        Assert.That(junk.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(manager.State.Nodes, Is.Empty);
    }

    [Test]
    public async Task A_flood_of_joins_is_slowed_down(CancellationToken ct)
    {
        using var client = manager.ClientOf(null);
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 400 && !statuses.Contains(HttpStatusCode.TooManyRequests); i++)
            statuses.Add((await PostAsync(client, ClusterPaths.Join, new JoinRequest { Token = "x" }, ct)).StatusCode);
        Assert.That(statuses[..100], Is.All.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(statuses, Does.Contain(HttpStatusCode.TooManyRequests));
    }

    [Test]
    public async Task A_manager_that_does_not_lead_says_so(CancellationToken ct)
    {
        manager.Leading = null;
        await RefusedAsync(request => request, HttpStatusCode.ServiceUnavailable, "does not lead", ct);
        using var client = manager.ClientOf(null);
        var ca = await client.GetStringAsync(new Uri(ClusterPaths.Ca, UriKind.Relative), ct);
        Assert.That(ca, Is.EqualTo(manager.Cluster.CaCertificate));
    }

    [Test]
    public async Task A_node_gets_its_next_certificate_by_its_present_one(CancellationToken ct)
    {
        using var node = manager.AddNode();
        using var client = manager.ClientOf(node);
        using var key = new KeyAndRequest();
        var answer = await PostAsync(
            client, ClusterPaths.Renew, new RenewRequest { CertificateRequest = key.RequestPem }, ct);
        var renewed = MessagePackSerializer.Deserialize<JoinResponse>(await answer.Content.ReadAsByteArrayAsync(ct));
        using var next = key.Complete(renewed.Certificate, manager.Cluster.CaCertificate);
        Assert.That(next.Peer, Is.EqualTo(node.Peer));
        Assert.That(next.CertificatePem, Is.Not.EqualTo(node.CertificatePem));
        Assert.That(next.Validity.NotAfter, Is.GreaterThanOrEqualTo(node.Validity.NotAfter));
    }

    [TestCase(NodeRole.Manager, false, NodeRole.Manager)]
    [TestCase(NodeRole.Worker, true, NodeRole.Manager)]
    [TestCase(NodeRole.Worker, false, NodeRole.Worker)]
    public async Task A_certificate_is_a_managers_while_one_is_wanted_or_the_node_is_still_of_their_group(
        NodeRole wanted, bool isMember, NodeRole role, CancellationToken ct)
    {
        using var node = manager.AddNode(row => row with { Spec = row.Spec with { Role = wanted } });
        if (isMember)
            manager.Members[node.NodeId] = true;
        using var client = manager.ClientOf(node);
        using var key = new KeyAndRequest();
        var answer = await PostAsync(
            client, ClusterPaths.Renew, new RenewRequest { CertificateRequest = key.RequestPem }, ct);
        var renewed = MessagePackSerializer.Deserialize<JoinResponse>(await answer.Content.ReadAsByteArrayAsync(ct));
        using var next = key.Complete(renewed.Certificate, manager.Cluster.CaCertificate);
        Assert.That(next.Role, Is.EqualTo(role));
    }

    [Test]
    public async Task A_demotion_by_another_leader_counts_before_this_one_knows_of_it(CancellationToken ct)
    {
        using var node = manager.AddNode(row => row with { Spec = row.Spec with { Role = NodeRole.Manager } });
        manager.Proposer.Barrier = _ =>
        {
            var row = manager.State.Node(node.NodeId)!;
            manager.Update(row with { Spec = row.Spec with { Role = NodeRole.Worker } });
            return Task.CompletedTask;
        };
        using var client = manager.ClientOf(node);
        using var key = new KeyAndRequest();
        var answer = await PostAsync(
            client, ClusterPaths.Renew, new RenewRequest { CertificateRequest = key.RequestPem }, ct);
        var renewed = MessagePackSerializer.Deserialize<JoinResponse>(await answer.Content.ReadAsByteArrayAsync(ct));
        using var next = key.Complete(renewed.Certificate, manager.Cluster.CaCertificate);
        Assert.That(next.Role, Is.EqualTo(NodeRole.Worker));
    }

    [Test]
    public async Task What_the_managers_cannot_confirm_is_not_certified(CancellationToken ct)
    {
        using var node = manager.AddNode();
        manager.Proposer.Barrier = _ => throw new ProposalException(ProposalFailure.NoLeader, "nobody leads");
        using var client = manager.ClientOf(node);
        using var key = new KeyAndRequest();
        var answer = await PostAsync(
            client, ClusterPaths.Renew, new RenewRequest { CertificateRequest = key.RequestPem }, ct);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await answer.Content.ReadAsStringAsync(ct), Is.EqualTo("nobody leads"));
    }

    [Test]
    public async Task A_confirmation_that_takes_too_long_is_not_waited_for()
    {
        var time = new FakeTimeProvider();
        var proposer = new DirectProposer(manager.Store) { Barrier = new TaskCompletionSource().Task.WaitAsync };
        var environment = new DispatchingEnvironment(manager.Store, proposer, time, IdSource.Secure);
        var admission = new Admission(environment, new NodeWriter(environment), NullLogger.Instance);
        using var node = manager.AddNode();
        var renewing = admission.RenewAsync(node.Peer, new RenewRequest(), default);
        await time.UntilTimerAsync(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(5));
        var why = (await Assert.ThrowsAsync<RefusedException>(() => renewing))!;
        Assert.That(why.Status, Is.EqualTo(503));
        Assert.That(why.Message, Does.Contain("not confirmed within 5 s"));
    }

    [TestCase(ClusterPaths.Renew)]
    [TestCase(ClusterPaths.Leave)]
    [TestCase(ClusterPaths.Withdraw)]
    [TestCase(ClusterPaths.Session)]
    [TestCase(ClusterPaths.Logs + "/x")]
    public async Task Without_a_certificate_nothing_else_is_served(string path, CancellationToken ct)
    {
        using var client = manager.ClientOf(null);
        var answer = await PostAsync(client, path, new RenewRequest(), ct);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await answer.Content.ReadAsStringAsync(ct), Does.Contain("certificate"));
    }

    [TestCase(ClusterPaths.Renew)]
    [TestCase(ClusterPaths.Leave)]
    public async Task A_removed_node_is_refused(string path, CancellationToken ct)
    {
        using var node = manager.AddNode();
        manager.Proposer.Apply(Change.Delete(manager.State.Node(node.NodeId)!));
        using var client = manager.ClientOf(node);
        using var key = new KeyAndRequest();
        var answer = await PostAsync(client, path, new RenewRequest { CertificateRequest = key.RequestPem }, ct);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await answer.Content.ReadAsStringAsync(ct), Does.Contain("was removed"));
    }

    [Test]
    public async Task There_is_no_place_for_a_sixteenth_manager_and_one_for_a_worker(CancellationToken ct)
    {
        var nodes = Enumerable.Range(0, ManagerCount.Most)
            .Select(_ => manager.AddNode(row => row with { Spec = row.Spec with { Role = NodeRole.Manager } })).ToArray();
        await RefusedAsync(
            request => request with { Token = manager.Cluster.ManagerToken }, HttpStatusCode.Conflict,
            ManagerCount.TooMany(ManagerCount.Most), ct);
        using var key = new KeyAndRequest();
        Assert.That((await JoinAsync(Request(key), ct)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        foreach (var node in nodes)
            node.Dispose();
    }

    [Test]
    public async Task A_node_whose_host_could_not_join_after_all_is_forgotten_also_when_it_says_so_twice(
        CancellationToken ct)
    {
        using var node = manager.AddNode();
        using var client = manager.ClientOf(node);
        for (var time = 0; time < 2; time++)
        {
            var answer = await client.PostAsync(new Uri(ClusterPaths.Withdraw, UriKind.Relative), null, ct);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(manager.State.Nodes, Is.Empty);
        }
    }

    [Test]
    public async Task A_node_that_is_in_use_is_not_forgotten(CancellationToken ct)
    {
        using var used = manager.AddNode();
        manager.AddTask(manager.AddService(), used.NodeId);
        using var connected = manager.AddNode();
        await using var agent = await ScriptedAgent.ConnectAsync(manager, connected, ct);
        foreach (var node in new[] { used, connected })
        {
            using var client = manager.ClientOf(node);
            var answer = await client.PostAsync(new Uri(ClusterPaths.Withdraw, UriKind.Relative), null, ct);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
            Assert.That(await answer.Content.ReadAsStringAsync(ct), Does.Contain("in use"));
        }
        Assert.That(manager.State.Nodes, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_node_that_leaves_is_down_at_once(CancellationToken ct)
    {
        using var node = manager.AddNode();
        await using var agent = await ScriptedAgent.ConnectAsync(manager, node, ct);
        using var client = manager.ClientOf(node);
        var answer = await client.PostAsync(new Uri(ClusterPaths.Leave, UriKind.Relative), null, ct);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var status = manager.State.Node(node.NodeId)!.Status;
        Assert.That(status.State, Is.EqualTo(NodeState.Down));
        Assert.That(status.Message, Is.EqualTo("left"));
        await agent.UntilClosedAsync(ct);
    }

    private JoinRequest Request(KeyAndRequest key) =>
        new() { Token = manager.Cluster.WorkerToken, CertificateRequest = key.RequestPem };

    private async Task RefusedAsync(
        Func<JoinRequest, JoinRequest> change, HttpStatusCode status, string why, CancellationToken ct)
    {
        using var key = new KeyAndRequest();
        var answer = await JoinAsync(change(Request(key)), ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        Assert.That(answer.StatusCode, Is.EqualTo(status), text);
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/plain"));
        Assert.That(text, Does.Contain(why));
    }

    private async Task<HttpResponseMessage> JoinAsync(JoinRequest request, CancellationToken ct)
    {
        using var client = manager.ClientOf(null);
        return await PostAsync(client, ClusterPaths.Join, request, ct);
    }

    private static Task<HttpResponseMessage> PostAsync<T>(
        HttpClient client, string path, T request, CancellationToken ct) => client.PostAsync(
            new Uri(path, UriKind.Relative), new ByteArrayContent(MessagePackSerializer.Serialize(request)), ct);
}
