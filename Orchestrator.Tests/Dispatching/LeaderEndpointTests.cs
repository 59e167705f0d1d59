using System.Net;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Dispatching;

/// <summary>Any manager says who leads, to nodes that wait for news of it.</summary>
[CancelAfter(60_000)]
public sealed class LeaderEndpointTests
{
    private TaskCompletionSource<LeaderNotice?> news = null!;
    private TaskCompletionSource<ulong> asked = null!;
    private TaskCompletionSource givenUp = null!;
    private ManagerUnderTest manager = null!;
    private NodeIdentity node = null!;

    [SetUp]
    public async Task SetUp()
    {
        news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        manager = await ManagerUnderTest.StartAsync();
        manager.Leading = null;
        manager.NextLeader = (term, ct) =>
        {
            asked.TrySetResult(term);
            ct.Register(() => givenUp.TrySetResult());
            return news.Task.WaitAsync(ct);
        };
        node = manager.AddNode();
    }

    [TearDown]
    public async Task TearDown()
    {
        await manager.DisposeAsync();
        node.Dispose();
    }

    [Test]
    public async Task The_answer_comes_when_there_is_a_leader_of_a_later_term(CancellationToken ct)
    {
        var notice = new LeaderNotice { Term = 8, Address = "10.0.0.3:2377" };
        using var client = manager.ClientOf(node);
        var answer = GetAsync(client, "7", ct);
        Assert.That(await asked.Task.WaitAsync(ct), Is.EqualTo(7));
        Assert.That(answer.IsCompleted, Is.False);
        news.SetResult(notice);
        using var response = await answer;
        var body = await response.Content.ReadAsByteArrayAsync(ct);
        Assert.That(MessagePackSerializer.Deserialize<LeaderNotice>(body), Is.EqualTo(notice));
    }

    [Test]
    public async Task One_that_takes_no_part_in_the_group_says_so(CancellationToken ct)
    {
        news.SetResult(null);
        using var client = manager.ClientOf(node);
        using var response = await GetAsync(client, "7", ct);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    [TestCase("")]
    [TestCase("-1")]
    [TestCase("seven")]
    public async Task What_is_no_term_is_refused(string term, CancellationToken ct)
    {
        using var client = manager.ClientOf(node);
        using var response = await GetAsync(client, term, ct);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Who_is_no_node_of_the_cluster_is_told_nothing(CancellationToken ct)
    {
        using var client = manager.ClientOf(null);
        using var response = await GetAsync(client, "7", ct);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Nobody_waits_for_an_agent_that_has_gone(CancellationToken ct)
    {
        using var client = manager.ClientOf(node);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var answer = GetAsync(client, "7", leaving.Token);
        await asked.Task.WaitAsync(ct);
        await leaving.CancelAsync();
        Assert.That(() => answer, Throws.InstanceOf<OperationCanceledException>());
        await givenUp.Task.WaitAsync(ct);
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string term, CancellationToken ct) =>
        client.GetAsync(new Uri($"{ClusterPaths.Leader}?{ClusterPaths.AfterTerm}={term}", UriKind.Relative), ct);
}
