using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

public sealed class NodeEndpointTests
{
    private const string Worker = "workerid1";

    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartManagerAsync();
        await host.ApplyAsync(Change.Create(ApiHost.SampleNode(Worker, "worker1")));
    }

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_manager_shows_its_address_and_a_worker_has_no_manager_status()
    {
        var manager = (await host.GetAsync("/v1.50/nodes/manager1")).Json;
        Assert.That(manager["ManagerStatus"]!.ToJsonString(),
            Is.EqualTo("""{"Leader":true,"Reachability":"reachable","Addr":"10.0.0.1:2377"}"""));
        Assert.That((string)manager["Spec"]!["Role"]!, Is.EqualTo("manager"));
        Assert.That((string)manager["Description"]!["TLSInfo"]!["CertIssuerSubject"]!, Is.Not.Empty);
        var worker = (await host.GetAsync("/v1.50/nodes/worker1")).Json;
        Assert.That(worker["ManagerStatus"], Is.Null);
        Assert.That(worker["Status"]!.ToJsonString(), Is.EqualTo("""{"State":"ready","Addr":"10.0.0.1"}"""));
        Assert.That(worker["Description"]!["Engine"]!["Plugins"]!.ToJsonString(),
            Is.EqualTo("""[{"Type":"Volume","Name":"local"},{"Type":"Log","Name":"json-file"}]"""));
    }

    [TestCase("""{"role":{"worker":true}}""", "worker1")]
    [TestCase("""{"name":{"man":true}}""", "manager1")]
    [TestCase("""{"id":["workerid"]}""", "worker1")]
    [TestCase("""{"membership":{"accepted":true},"role":{"manager":true}}""", "manager1")]
    public async Task Lists_are_filtered(string filters, string hostname)
    {
        var list = (await host.GetAsync($"/nodes?filters={Uri.EscapeDataString(filters)}")).Json.AsArray();
        Assert.That(list.Select(node => (string)node!["Description"]!["Hostname"]!), Is.EqualTo(new[] { hostname }));
    }

    [Test]
    public async Task An_update_sets_labels_and_availability()
    {
        var version = host.State.Node(new NodeId(Worker))!.Meta.Version;
        var answer = await host.PostAsync($"/nodes/worker1/update?version={version}",
            """{"Labels":{"zone":"a"},"Role":"worker","Availability":"drain"}""");
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        Assert.That(answer.Body, Is.Empty);
        var node = host.State.Node(new NodeId(Worker))!;
        Assert.That(node.Spec.Labels["zone"], Is.EqualTo("a"));
        Assert.That(node.Spec.Availability, Is.EqualTo(Availability.Drain));
        Assert.That(node.Description.Hostname, Is.EqualTo("worker1"));
    }

    [TestCase("""{"Availability":"active"}""", 400, "invalid Role: \"\"")]
    [TestCase("""{"Role":"worker","Availability":"bogus"}""", 400, "invalid Availability: \"bogus\"")]
    [TestCase("""{"Role":"manager","Availability":"active"}""", 501, "several managers are not available yet")]
    public async Task A_bad_update_is_refused(string body, int status, string message)
    {
        var version = host.State.Node(new NodeId(Worker))!.Meta.Version;
        var answer = await host.PostAsync($"/nodes/{Worker}/update?version={version}", body);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Message, Does.StartWith(message));
    }

    [Test]
    public async Task The_only_manager_cannot_be_demoted()
    {
        var version = host.State.Node(FakeNode.Id)!.Meta.Version;
        var answer = await host.PostAsync($"/nodes/manager1/update?version={version}",
            """{"Role":"worker","Availability":"active"}""");
        Assert.That(answer.Message, Is.EqualTo("attempting to demote the last manager of the swarm"));
    }

    [Test]
    public async Task A_stale_update_is_out_of_sequence()
    {
        var answer = await host.PostAsync("/nodes/worker1/update?version=1", """{"Role":"worker","Availability":"pause"}""");
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Message, Is.EqualTo("update out of sequence"));
    }

    [Test]
    public async Task A_ready_node_is_removed_by_force_only_and_its_tasks_are_given_up_with_it()
    {
        var service = await host.CreateServiceAsync("web");
        var running = await host.AddTaskAsync(service, 1, TaskState.Running, Worker);
        var ended = await host.AddTaskAsync(service, 2, TaskState.Failed, Worker);
        var refused = await host.SendAsync("DELETE", "/nodes/worker1");
        Assert.That(refused.Status, Is.EqualTo(400));
        Assert.That(refused.Message, Is.EqualTo($"node {Worker} is not down and can't be removed"));
        Assert.That((await host.SendAsync("DELETE", "/nodes/worker1?force=1")).Status, Is.EqualTo(200));
        Assert.That(host.State.Node(new NodeId(Worker)), Is.Null);
        Assert.That(host.State.Task(running.Id)!.Status.State, Is.EqualTo(TaskState.Orphaned));
        Assert.That(host.State.Task(ended.Id)!.Status.State, Is.EqualTo(TaskState.Failed));
    }

    [Test]
    public async Task A_manager_is_not_removed_even_by_force()
    {
        var answer = await host.SendAsync("DELETE", "/nodes/manager1?force=1");
        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Message, Does.Contain("is a cluster manager"));
        Assert.That(host.State.Node(FakeNode.Id), Is.Not.Null);
    }

    [Test]
    public async Task Equal_hostnames_are_ambiguous()
    {
        await host.ApplyAsync(Change.Create(ApiHost.SampleNode("workerid2", "worker1")));
        var byName = await host.GetAsync("/nodes/worker1");
        Assert.That(byName.Status, Is.EqualTo(400));
        Assert.That(byName.Message, Is.EqualTo("node worker1 is ambiguous (2 matches found)"));
        Assert.That((await host.GetAsync("/nodes/workerid2")).Status, Is.EqualTo(200));
        Assert.That((await host.GetAsync("/nodes/workerid")).Message, Does.Contain("(2 matches found)"));
    }
}
