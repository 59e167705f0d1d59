using System.Net;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Serialization;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Dispatching;

[CancelAfter(60_000)]
public sealed class LeaderGateTests
{
    private ManagerUnderTest manager = null!;
    private NodeIdentity node = null!;

    [SetUp]
    public async Task SetUp()
    {
        manager = await ManagerUnderTest.StartAsync();
        node = manager.AddNode();
    }

    [TearDown]
    public async Task TearDown()
    {
        await manager.DisposeAsync();
        node.Dispose();
    }

    [TestCase(ClusterPaths.Join)]
    [TestCase(ClusterPaths.Renew)]
    [TestCase(ClusterPaths.Leave)]
    [TestCase(ClusterPaths.Session)]
    [TestCase(ClusterPaths.ManagerLogs)]
    public async Task A_manager_that_does_not_lead_names_the_one_that_does(string path, CancellationToken ct)
    {
        (manager.Leading, manager.LeaderAddress) = (null, "10.0.0.2:2377");
        using var client = manager.ClientOf(node);
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), null, ct);
        await ExpectRefusalAsync(answer, "10.0.0.2:2377", ct);
    }

    [Test]
    public async Task While_nobody_leads_nobody_is_named(CancellationToken ct)
    {
        manager.Leading = null;
        using var client = manager.ClientOf(node);
        using var answer = await client.PostAsync(new Uri(ClusterPaths.Leave, UriKind.Relative), null, ct);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(answer.Headers.Contains(ClusterPaths.LeaderHeader), Is.False);
    }

    [TestCase(ClusterPaths.Join)]
    [TestCase(ClusterPaths.Renew)]
    [TestCase(ClusterPaths.Leave)]
    [TestCase(ClusterPaths.Session)]
    public async Task The_dispatcher_of_a_leadership_that_is_over_serves_nobody(string path, CancellationToken ct)
    {
        manager.LeaderAddress = "10.0.0.2:2377";
        await manager.StopLeadingAsync();
        var written = manager.Proposer.Proposals;
        using var client = manager.ClientOf(node);
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), null, ct);
        await ExpectRefusalAsync(answer, "10.0.0.2:2377", ct);
        Assert.That(manager.Proposer.Proposals, Is.EqualTo(written));
    }

    [Test]
    public async Task A_call_that_the_end_of_the_leadership_interrupts_is_sent_to_the_next_leader(CancellationToken ct)
    {
        manager.LeaderAddress = "10.0.0.2:2377";
        manager.Proposer.Hold();
        var written = manager.Proposer.Proposals;
        using var client = manager.ClientOf(null);
        using var key = new KeyAndRequest();
        var request = new JoinRequest { Token = manager.Cluster.WorkerToken, CertificateRequest = key.RequestPem };
        var joining = client.PostAsync(
            new Uri(ClusterPaths.Join, UriKind.Relative),
            new ByteArrayContent(MessagePackSerializer.Serialize(request)), ct);
        await Eventually.TrueAsync(() => manager.Proposer.Proposals > written, "the join waits for the log");
        await manager.StopLeadingAsync();
        using var answer = await joining;
        await ExpectRefusalAsync(answer, "10.0.0.2:2377", ct);
    }

    private static async Task ExpectRefusalAsync(HttpResponseMessage answer, string leader, CancellationToken ct)
    {
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(answer.Headers.GetValues(ClusterPaths.LeaderHeader), Is.EqualTo(new[] { leader }));
        var text = await answer.Content.ReadAsStringAsync(ct);
        Assert.That(text, Is.EqualTo($"this manager does not lead the cluster: the one at {leader} does"));
    }
}
