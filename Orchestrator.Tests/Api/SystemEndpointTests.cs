using Orchestrator.Api;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

/// <summary>What a node answers whatever its part in a cluster is.</summary>
public sealed class SystemEndpointTests
{
    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync() => host = await ApiHost.StartAsync();

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [TestCase("HEAD", "/_ping", "")]
    [TestCase("HEAD", "/v1.41/_ping", "")]
    [TestCase("GET", "/_ping", "OK")]
    public async Task A_ping_says_which_versions_are_spoken(string method, string path, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await host.Client.SendAsync(request);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(body));
        Assert.That(response.Headers.GetValues("Api-Version"), Is.EqualTo(new[] { "1.50" }));
        Assert.That(response.Headers.GetValues("Ostype"), Is.EqualTo(new[] { "linux" }));
        Assert.That(response.Headers.GetValues("Docker-Experimental"), Is.EqualTo(new[] { "false" }));
        Assert.That(response.Headers.GetValues("Swarm"), Is.EqualTo(new[] { "inactive" }));
        Assert.That(response.Headers.GetValues("Server").First(), Is.EqualTo("swarmnet/0.1.0"));
    }

    [Test]
    public async Task A_node_outside_says_so_and_refuses_managers_work()
    {
        var info = (await host.GetAsync("/v1.50/info")).Json["Swarm"]!;
        Assert.That(info.ToJsonString(), Is.EqualTo(
            """{"NodeID":"","NodeAddr":"","LocalNodeState":"inactive","ControlAvailable":false,"Error":"","RemoteManagers":null}"""));
        foreach (var path in (string[])["/nodes", "/services", "/tasks", "/swarm", "/secrets", "/swarm/unlockkey"])
        {
            var answer = await host.GetAsync(path);
            Assert.That(answer.Status, Is.EqualTo(503), path);
            Assert.That(answer.Message, Does.StartWith("This node is not a swarm manager. Use \"docker swarm init\" or"));
        }
    }

    [Test]
    public async Task A_worker_says_so_and_refuses_managers_work()
    {
        host.Node.Status = new LocalNodeStatus
        {
            Role = LocalNodeRole.Worker, NodeId = new NodeId("w1"), Address = "10.0.0.2",
            Managers = [new RemoteManager(null, "10.0.0.1:2377")],
        };
        var info = (await host.GetAsync("/info")).Json["Swarm"]!;
        Assert.That(info.ToJsonString(), Is.EqualTo(
            """{"NodeID":"w1","NodeAddr":"10.0.0.2","LocalNodeState":"active","ControlAvailable":false,"Error":"","RemoteManagers":[{"NodeID":"","Addr":"10.0.0.1:2377"}]}"""));
        var answer = await host.GetAsync("/nodes");
        Assert.That(answer.Status, Is.EqualTo(503));
        Assert.That(answer.Message, Is.EqualTo("This node is not a swarm manager. Worker nodes can't be used to view or "
            + "modify cluster state. Please run this command on a manager node or promote the current node to a manager."));
    }

    [Test]
    public async Task A_manager_describes_the_cluster_without_its_tokens()
    {
        await host.AsManagerAsync();
        var info = (await host.GetAsync("/info")).Json["Swarm"]!;
        Assert.That((bool)info["ControlAvailable"]!, Is.True);
        Assert.That((int)info["Nodes"]!, Is.EqualTo(1));
        Assert.That((int)info["Managers"]!, Is.EqualTo(1));
        Assert.That((string)info["Cluster"]!["ID"]!, Is.EqualTo("cluster1"));
        Assert.That(info["Cluster"]!["JoinTokens"], Is.Null);
    }

    [Test]
    public async Task A_manager_tells_who_belongs_to_the_group_and_how_much_it_can_lose()
    {
        await host.AsManagerAsync();
        host.Group.Status = FakeGroup.Of("m2", FakeGroup.Member(FakeNode.Id.Value), FakeGroup.Member("m2"),
            FakeGroup.Member("m3", isReachable: false), FakeGroup.Member("m4", votes: false));
        var info = (await host.GetAsync("/info")).Json["Swarm"]!;
        Assert.That((int)info["Managers"]!, Is.EqualTo(4));
        Assert.That(info["RemoteManagers"]![1]!.ToJsonString(), Is.EqualTo("""{"NodeID":"m2","Addr":"10.0.0.2:2377"}"""));
        Assert.That(info["Quorum"]!.ToJsonString(),
            Is.EqualTo("""{"Voters":3,"Reachable":2,"Learners":1,"Margin":0}"""));
        Assert.That((string)info["Error"]!, Is.Empty);
    }

    [Test]
    public async Task A_manager_without_a_leader_says_so_and_answers_all_the_same()
    {
        await host.AsManagerAsync();
        host.Group.Status = FakeGroup.Of(null, FakeGroup.Member(FakeNode.Id.Value), FakeGroup.Member("m2", isReachable: false));
        var info = (await host.GetAsync("/info")).Json["Swarm"]!;
        Assert.That((string)info["Error"]!, Does.StartWith("The swarm does not have a leader."));
        Assert.That((string)info["LocalNodeState"]!, Is.EqualTo("active"));
        Assert.That((bool)info["ControlAvailable"]!, Is.True);
    }

    [Test]
    public async Task Version_has_what_the_cli_prints()
    {
        var version = (await host.GetAsync("/version")).Json;
        Assert.That((string)version["ApiVersion"]!, Is.EqualTo("1.50"));
        Assert.That((string)version["MinAPIVersion"]!, Is.EqualTo("1.24"));
        Assert.That((string)version["Arch"]!, Is.EqualTo("amd64"));
        Assert.That((string)version["Components"]![0]!["Name"]!, Is.EqualTo("Engine"));
    }

    [TestCase("/containers/json", "[]")]
    [TestCase("/images/json", "[]")]
    [TestCase("/networks", "[]")]
    [TestCase("/volumes", """{"Volumes":[],"Warnings":null}""")]
    public async Task Lists_of_what_is_not_here_are_empty(string path, string body) =>
        Assert.That((await host.GetAsync("/v1.50" + path)).Body.Trim(), Is.EqualTo(body));

    [TestCase("/containers/x/json", "No such container: x")]
    [TestCase("/images/reg.example.com:5000/team/app:1/json", "No such image: reg.example.com:5000/team/app:1")]
    [TestCase("/volumes/x", "No such volume: x")]
    [TestCase("/plugins/x/json", "No such plugin: x")]
    [TestCase("/networks/x", "network x not found")]
    [TestCase("/secrets/x", "secret x not found")]
    [TestCase("/configs/x", "config x not found")]
    [TestCase("/distribution/reg.example.com:5000/team/app:1/json", "images are not resolved to digests by managers: each "
        + "node pulls by tag")]
    public async Task Objects_of_what_is_not_here_are_not_found(string path, string message)
    {
        var answer = await host.GetAsync("/v1.50" + path);
        Assert.That(answer.Status, Is.EqualTo(404));
        Assert.That(answer.Message, Is.EqualTo(message));
        Assert.That(answer.ContentType, Is.EqualTo("application/json"));
    }

    [TestCase(ProposalFailure.NoLeader, 500, "The swarm does not have a leader. It's possible that too few managers are "
        + "online. Make sure more than half of the managers are online. (why)")]
    [TestCase(ProposalFailure.Overloaded, 503, "why")]
    [TestCase(ProposalFailure.ShuttingDown, 503, "why")]
    [TestCase(ProposalFailure.TooLarge, 413, "why")]
    public async Task A_write_that_cannot_be_made_durable_says_why(ProposalFailure failure, int status, string message)
    {
        await host.AsManagerAsync();
        host.Proposer.Failure = new ProposalException(failure, "why");
        var answer = await host.PostAsync("/services/create", """{"TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""");
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Message, Does.StartWith(message));
    }

    [TestCase("secrets")]
    [TestCase("configs")]
    [TestCase("networks")]
    public async Task Creating_what_is_not_here_yet_says_so(string kinds)
    {
        await host.AsManagerAsync();
        var answer = await host.PostAsync($"/v1.50/{kinds}/create", """{"Name":"x"}""");
        Assert.That(answer.Status, Is.EqualTo(501));
        Assert.That(answer.Message, Is.EqualTo($"{kinds} are not available yet"));
    }
}
