using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

public sealed class TaskEndpointTests
{
    private ApiHost host = null!;
    private Service web = null!;

    [SetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartManagerAsync();
        web = await host.CreateServiceAsync("web");
    }

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_task_shows_its_template_state_and_ports()
    {
        var task = await host.AddTaskAsync(web, 1, TaskState.Running, FakeNode.Id.Value);
        await host.ApplyAsync(Change.Update(task with
        {
            Status = task.Status with
            {
                Container = new ContainerStatus { ContainerId = "c1", Pid = 7 },
                Ports = [new PortConfig { Target = 80, Published = 32768, Mode = PublishMode.Host }],
                Message = "started",
            },
        }));
        var shown = (await host.GetAsync($"/v1.50/tasks/{task.Id}")).Json;
        Assert.That((string)shown["Spec"]!["ContainerSpec"]!["Image"]!, Is.EqualTo("app:1"));
        Assert.That((string)shown["ServiceID"]!, Is.EqualTo(web.Id.Value));
        Assert.That((string)shown["NodeID"]!, Is.EqualTo(FakeNode.Id.Value));
        Assert.That((string)shown["DesiredState"]!, Is.EqualTo("running"));
        Assert.That(shown["Labels"]!.ToJsonString(), Is.EqualTo("{}"));
        Assert.That((string)shown["Status"]!["State"]!, Is.EqualTo("running"));
        Assert.That(shown["Status"]!["ContainerStatus"]!.ToJsonString(),
            Is.EqualTo("""{"ContainerID":"c1","PID":7,"ExitCode":0}"""));
        Assert.That(shown["Status"]!["PortStatus"]!.ToJsonString(), Is.EqualTo(
            """{"Ports":[{"Protocol":"tcp","TargetPort":80,"PublishedPort":32768,"PublishMode":"host"}]}"""));
    }

    [Test]
    public async Task A_restarted_task_says_why_and_when_in_labels()
    {
        var task = await host.AddTaskAsync(web, 1, TaskState.Pending);
        await host.ApplyAsync(Change.Update(task with
        {
            Restart = new RestartRecord { Replaces = new TaskId("old"), Failures = 3, NotBefore = DateTimeOffset.UnixEpoch },
        }));
        Assert.That((await host.GetAsync($"/tasks/{task.Id}")).Json["Labels"]!.ToJsonString(), Is.EqualTo(
            """{"swarmnet.restart.failures":"3","swarmnet.restart.not-before":"1970-01-01T00:00:00.0000000Z","swarmnet.restart.replaces":"old"}"""));
    }

    [TestCase("""{"service":{"web":true}}""", 2)]
    [TestCase("""{"service":{"web":true,"db":true}}""", 3)]
    [TestCase("""{"service":["we"],"node":["manager1"]}""", -1)]
    [TestCase("""{"node":{"manager1":true}}""", 2)]
    [TestCase("""{"node":{"manager1":true},"service":{"web":true}}""", 1)]
    [TestCase("""{"name":{"web.2":true}}""", 1)]
    [TestCase("""{"name":{"web":true}}""", 2)]
    [TestCase("""{"desired-state":{"running":true}}""", 2)]
    [TestCase("""{"desired-state":{"shutdown":true,"running":true}}""", 3)]
    [TestCase("""{"label":{"tier":true}}""", 1)]
    [TestCase("""{"label":{"tier=data":true}}""", 1)]
    [TestCase("""{"label":{"tier=x":true}}""", 0)]
    [TestCase("""{"_up-to-date":{"true":true}}""", 3)]
    [TestCase("""{"_up-to-date":{"false":true}}""", 0)]
    [TestCase("""{"runtime":{"container":true}}""", 3)]
    [TestCase("""{"id":{"zz":true}}""", 0)]
    public async Task Lists_are_filtered(string filters, int count)
    {
        await host.PostAsync("/services/create",
            """{"Name":"db","Labels":{"tier":"data"},"TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""");
        await host.AddTaskAsync(web, 1, TaskState.Running, FakeNode.Id.Value);
        var old = await host.AddTaskAsync(web, 2, TaskState.Pending);
        await host.ApplyAsync(Change.Update(old with { Desired = TaskState.Shutdown }));
        await host.AddTaskAsync(host.State.ServiceNamed("db")!, 1, TaskState.Running, FakeNode.Id.Value);
        var answer = await host.GetAsync($"/tasks?filters={Uri.EscapeDataString(filters)}");
        if (count < 0)
            Assert.That(answer.Status, Is.EqualTo(404), "a service is named by id, name or the beginning of its id");
        else
            Assert.That(answer.Json.AsArray(), Has.Count.EqualTo(count));
    }
}
