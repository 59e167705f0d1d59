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
    public async Task A_bad_update_is_refused(string body, int status, string message)
    {
        var version = host.State.Node(new NodeId(Worker))!.Meta.Version;
        var answer = await host.PostAsync($"/nodes/{Worker}/update?version={version}", body);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Message, Does.StartWith(message));
    }

    [Test]
    public async Task Members_of_the_group_are_managers_and_nobody_else_is()
    {
        await AddManagersAsync("m2", "m3", "m4");
        host.Group.Status = FakeGroup.Of("m2", FakeGroup.Member(FakeNode.Id.Value), FakeGroup.Member("m2"),
            FakeGroup.Member("m3", isReachable: false));
        var shown = (await host.GetAsync("/nodes")).Json.AsArray().ToDictionary(
            node => (string)node!["ID"]!, node => node!["ManagerStatus"]?.ToJsonString());
        Assert.That(shown[FakeNode.Id.Value], Is.EqualTo("""{"Reachability":"reachable","Addr":"10.0.0.1:2377"}"""));
        Assert.That(shown["m2"], Is.EqualTo("""{"Leader":true,"Reachability":"reachable","Addr":"10.0.0.2:2377"}"""));
        Assert.That(shown["m3"],
            Is.EqualTo("""{"Reachability":"unreachable","Addr":"10.0.0.3:2377","Problem":"refused"}"""));
        Assert.That(shown["m4"], Is.Null, "it is to become a manager, and is none yet");
        Assert.That(shown[Worker], Is.Null);
    }

    [Test]
    public async Task A_list_shows_another_leader_though_no_node_changed()
    {
        await AddManagersAsync("m2");
        var members = new[] { FakeGroup.Member(FakeNode.Id.Value), FakeGroup.Member("m2") };
        var seen = new List<string>();
        foreach (var leader in (string?[])[FakeNode.Id.Value, "m2", null])
        {
            host.Group.Status = FakeGroup.Of(leader, members);
            seen.AddRange((await host.GetAsync("/nodes")).Json.AsArray()
                .Where(node => (bool?)node!["ManagerStatus"]?["Leader"] ?? false).Select(node => (string)node!["ID"]!));
        }
        Assert.That(seen, Is.EqualTo(new[] { FakeNode.Id.Value, "m2" }));
    }

    [Test]
    public async Task A_member_that_came_back_as_another_is_shown_as_it_can_be_reached()
    {
        host.Group.Status = FakeGroup.Of(
            null, FakeGroup.Member(FakeNode.Id.Value, isReachable: false), FakeGroup.Member(FakeNode.Id.Value));
        var node = (await host.GetAsync("/nodes/manager1")).Json;
        Assert.That((string)node["ManagerStatus"]!["Reachability"]!, Is.EqualTo("reachable"));
    }

    [Test]
    public async Task A_sixteenth_manager_is_refused_and_one_that_is_there_may_be_changed()
    {
        await AddManagersAsync([.. Enumerable.Range(2, ManagerCount.Most - 1).Select(i => $"m{i}")]);
        var refused = await ChangeRoleAsync(Worker, "manager");
        Assert.That((refused.Status, refused.Message), Is.EqualTo((400, ManagerCount.TooMany(ManagerCount.Most))));
        Assert.That((await ChangeRoleAsync("m2", "manager")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_promotion_is_taken_as_a_wish_and_a_demotion_too()
    {
        Assert.That((await ChangeRoleAsync(Worker, "manager")).Status, Is.EqualTo(200));
        Assert.That(host.State.Node(new NodeId(Worker))!.Spec.Role, Is.EqualTo(NodeRole.Manager));
        Assert.That((await ChangeRoleAsync(Worker, "worker")).Status, Is.EqualTo(200));
        Assert.That(host.State.Node(new NodeId(Worker))!.Spec.Role, Is.EqualTo(NodeRole.Worker));
    }

    [Test]
    public async Task A_demotion_that_costs_the_quorum_needs_force()
    {
        await AddManagersAsync("m2", "m3");
        host.Group.Status = FakeGroup.Of(FakeNode.Id.Value, FakeGroup.Member(FakeNode.Id.Value), FakeGroup.Member("m2"),
            FakeGroup.Member("m3", isReachable: false));
        var answer = await ChangeRoleAsync("m2", "worker");
        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Message, Does.Contain("loss of quorum").And.Contain("1 of the 2 managers"));
        Assert.That(host.State.Node(new NodeId("m2"))!.Spec.Role, Is.EqualTo(NodeRole.Manager));
        Assert.That((await ChangeRoleAsync("m2", "worker", "&force=1")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Of_two_managers_only_one_is_demoted_however_they_race()
    {
        await AddManagersAsync("m2");
        host.Group.Status =
            FakeGroup.Of("m2", FakeGroup.Member(FakeNode.Id.Value), FakeGroup.Member("m2"));
        host.Proposer.Meanwhile = () =>
        {
            var self = host.State.Node(FakeNode.Id)!;
            return Transaction.Of(Change.Update(self with { Spec = self.Spec with { Role = NodeRole.Worker } }));
        };
        Assert.That((await ChangeRoleAsync("m2", "worker")).Message,
            Is.EqualTo("attempting to demote the last manager of the swarm"));
        Assert.That(host.State.Node(new NodeId("m2"))!.Spec.Role, Is.EqualTo(NodeRole.Manager));
    }

    [Test]
    public async Task A_manager_that_is_down_is_removed_by_force()
    {
        await AddManagersAsync("m2", "m3");
        host.Group.Status = FakeGroup.Of(FakeNode.Id.Value, FakeGroup.Member(FakeNode.Id.Value), FakeGroup.Member("m2"),
            FakeGroup.Member("m3", isReachable: false));
        Assert.That((await host.SendAsync("DELETE", "/nodes/m3?force=1")).Message, Does.EndWith("before removal"));
        var row = host.State.Node(new NodeId("m3"))!;
        await host.ApplyAsync(Change.Update(row with { Status = row.Status with { State = NodeState.Down } }));
        Assert.That((await host.SendAsync("DELETE", "/nodes/m3")).Message, Does.EndWith("or removed with --force, since it is down"));
        Assert.That((await host.SendAsync("DELETE", "/nodes/m3?force=1")).Status, Is.EqualTo(200));
        Assert.That(host.State.Node(new NodeId("m3")), Is.Null);
    }

    [Test]
    public async Task Force_removes_a_manager_that_is_down_even_if_that_costs_the_quorum()
    {
        await AddManagersAsync("m2", "m3");
        host.Group.Status = FakeGroup.Of(FakeNode.Id.Value, FakeGroup.Member(FakeNode.Id.Value), FakeGroup.Member("m2"),
            FakeGroup.Member("m3", isReachable: false));
        var row = host.State.Node(new NodeId("m2"))!; // its agent is away; its log still takes part
        await host.ApplyAsync(Change.Update(row with { Status = row.Status with { State = NodeState.Down } }));
        Assert.That((await host.SendAsync("DELETE", "/nodes/m2")).Message,
            Does.Contain("2 managers are left then, 1 reachable: 2 are needed to decide anything"));
        Assert.That((await host.SendAsync("DELETE", "/nodes/m2?force=1")).Status, Is.EqualTo(200));
        Assert.That(host.State.Node(new NodeId("m2")), Is.Null);
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

    private Task AddManagersAsync(params string[] ids) => host.ApplyAsync([.. ids.Select(id => Change.Create(
        ApiHost.SampleNode(id, id) with { Spec = new NodeSpec { Role = NodeRole.Manager } }))]);

    private Task<Answer> ChangeRoleAsync(string node, string role, string query = "") => host.PostAsync(
        $"/nodes/{node}/update?version={host.State.Node(new NodeId(node))!.Meta.Version}{query}",
        $$"""{"Role":"{{role}}","Availability":"active"}""");
}
