using Orchestrator.Api.Doctor;
using Orchestrator.Api.Http;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

/// <summary>An answer is as new as what any manager confirmed, or it says that it cannot be.</summary>
public sealed class FreshnessTests
{
    private const string NoLeader = "The swarm does not have a leader. It's possible that too few managers are online. "
        + "Make sure more than half of the managers are online.";

    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync() => host = await ApiHost.StartManagerAsync();

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task What_was_confirmed_elsewhere_is_in_the_answer()
    {
        host.Proposer.Barrier = _ => CreateNodeAsync("node2id");
        Assert.That((await host.GetAsync("/nodes")).Json.AsArray(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_change_is_decided_on_what_was_confirmed_elsewhere()
    {
        host.Proposer.Barrier = _ => CreateNodeAsync("node2id");
        Assert.That((await host.SendAsync("DELETE", "/nodes/node2id?force=1")).Status, Is.EqualTo(200));
        Assert.That(host.State.Node(new NodeId("node2id")), Is.Null);
    }

    [Test]
    public async Task Events_begin_behind_what_was_confirmed_before()
    {
        host.Proposer.Barrier = _ => CreateNodeAsync("node2id");
        using var response = await host.Client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync());
        await CreateNodeAsync("node3id");
        Assert.That(await events.ReadLineAsync().WaitAsync(ApiHost.Patience), Does.Contain("node3id"));
    }

    [TestCase("GET", "/nodes")]
    [TestCase("GET", "/nodes/manager1")]
    [TestCase("GET", "/services")]
    [TestCase("GET", "/services/web")]
    [TestCase("GET", "/services/web/logs?stdout=1")]
    [TestCase("GET", "/tasks")]
    [TestCase("GET", "/tasks/t")]
    [TestCase("GET", "/tasks/t/logs?stdout=1")]
    [TestCase("GET", "/swarm")]
    [TestCase("GET", "/events")]
    [TestCase("GET", "/nodes?consistency=strong")]
    [TestCase("POST", "/services/create")]
    [TestCase("POST", "/services/web/update?version=1")]
    [TestCase("DELETE", "/services/web")]
    [TestCase("POST", "/nodes/manager1/update?version=1")]
    [TestCase("DELETE", "/nodes/manager1")]
    [TestCase("POST", "/swarm/update?version=1")]
    [TestCase("POST", "/swarmnet/v1/rotate-key")]
    public async Task Without_a_leader_nothing_of_the_cluster_is_shown_or_changed(string method, string path)
    {
        host.Proposer.Barrier = _ => throw new ProposalException(ProposalFailure.NoLeader, "one more must run");
        var answer = await host.SendAsync(method, path, method == "POST" ? "{}" : null);
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Message, Is.EqualTo(NoLeader + " (one more must run)"));
    }

    [TestCase("GET", "/_ping")]
    [TestCase("GET", "/info")]
    [TestCase("GET", "/version")]
    [TestCase("GET", "/containers/json")]
    [TestCase("GET", "/nodes?consistency=stale")]
    [TestCase("GET", "/swarm?consistency=stale")]
    [TestCase("POST", "/swarm/leave?force=1")]
    public async Task Without_a_leader_the_rest_answers_at_once(string method, string path)
    {
        host.Proposer.Barrier = _ => throw new ProposalException(ProposalFailure.NoLeader, "why");
        Assert.That((await host.SendAsync(method, path)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Without_a_leader_the_doctor_answers()
    {
        host.Proposer.Barrier = _ => throw new ProposalException(ProposalFailure.NoLeader, "why");
        host.Node.Facts = new HostFacts
        {
            Disk = new DiskFacts { Directory = "/data", Error = "gone" }, Engine = new EngineFacts(),
            Group = new GroupFacts { Voters = 3, Reachable = 1 },
        };
        var answer = await host.GetAsync("/swarmnet/v1/doctor");
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        Assert.That(answer.Body, Does.Contain("3 managers, 1 reachable: 2 are needed"));
    }

    /// <summary>What is added to this list must need nothing of the cluster's state.</summary>
    [Test]
    public void Only_these_endpoints_answer_without_the_managers()
    {
        var exempt = host.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<AnswersAlways>() is not null)
            .Select(endpoint => endpoint.RoutePattern.RawText!.Split('/')[1]).Distinct().Order();
        Assert.That(exempt, Is.EqualTo(new[]
        {
            "_ping", "configs", "containers", "distribution", "images", "info", "networks", "plugins", "secrets", "swarm",
            "swarmnet", "version", "volumes", "{**path}",
        }));
        var swarm = host.Endpoints.Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/swarm", StringComparison.Ordinal)
            && endpoint.Metadata.GetMetadata<AnswersAlways>() is not null).Select(endpoint => endpoint.RoutePattern.RawText);
        Assert.That(swarm, Is.EquivalentTo(new[]
        {
            "/swarm/init", "/swarm/join", "/swarm/leave", "/swarm/unlock", "/swarmnet/v1/doctor", "/swarmnet/v1/restore",
        }));
    }

    [TestCase("GET", "/nodes?consistency=eventual", "consistency: 'eventual' is not known: give 'strong'")]
    [TestCase("GET", "/nodes?consistency=stale&consistency=stale", "consistency: 'stale,stale' is not known")]
    [TestCase("DELETE", "/services/web?consistency=stale", "consistency: 'stale' is for reads")]
    public async Task A_consistency_that_makes_no_sense_is_refused(string method, string path, string message)
    {
        var answer = await host.SendAsync(method, path);
        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Message, Does.StartWith(message));
    }

    [Test]
    public async Task Managers_that_do_not_answer_are_waited_for_no_longer_than_five_seconds()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Context.Manager = host.Context.Manager! with { Time = time };
        host.Proposer.Barrier = ct =>
        {
            asked.SetResult(ct);
            return new TaskCompletionSource().Task.WaitAsync(ct);
        };
        var answer = host.GetAsync("/services");
        var given = await asked.Task.WaitAsync(ApiHost.Patience);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.That(given.IsCancellationRequested, Is.False);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That((await answer).Status, Is.EqualTo(500));
        Assert.That((await answer).Message, Does.StartWith(NoLeader).And.Contain("within 5 s"));
    }

    [Test]
    public async Task A_change_that_a_former_leader_decided_is_told_from_one_that_others_made()
    {
        host.Proposer.Refusal = new Refusal(RefusalKind.Stale, "leadership");
        var answer = await host.PostAsync("/services/create", """{"TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""");
        Assert.That(answer.Status, Is.EqualTo(503));
        Assert.That(answer.Message, Does.StartWith("the change was not made: the managers got another leader"));
    }

    private Task CreateNodeAsync(string id) => host.ApplyAsync(Change.Create(ApiHost.SampleNode(id, id)));
}
