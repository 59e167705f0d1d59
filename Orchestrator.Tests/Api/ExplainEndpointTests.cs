using System.Diagnostics;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

/// <summary>What the scheduler would do, over the API; nothing of it is written.</summary>
public sealed class ExplainEndpointTests
{
    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartManagerAsync();
        await host.ApplyAsync(Change.Create(ApiHost.SampleNode("node2", "worker2") with
        {
            Spec = new NodeSpec { Availability = Availability.Drain },
        }));
    }

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_service_is_explained_by_its_next_task()
    {
        var web = await host.CreateServiceAsync("web");
        var told = (await host.GetAsync("/swarmnet/v1/explain/services/web")).Json;
        Assert.That(((string)told["ServiceID"]!, (int)told["Waiting"]!, told["WaitingSince"]), Is.EqualTo((web.Id.Value, 0, (object?)null)));
        Assert.That(told["Next"]!["Best"]!.ToJsonString(), Is.EqualTo(
            $$$"""[{"NodeID":"{{{FakeNode.Id}}}","Name":"manager1","Fits":true,"Score":{"Failures":0,"UnmetWishes":0,"TasksOfService":0,"ReservedPercent":0,"Tasks":0}}]"""));
        Assert.That(told["Next"]!["Refusals"]!.ToJsonString(), Is.EqualTo(
            """[{"Filter":"ready","Nodes":1,"Summary":"1 node not available for new tasks","Wakes":"a node becomes ready","Shown":[{"NodeID":"node2","Name":"worker2","Fits":false,"Filter":"ready","Detail":"its availability is drain","Remedy":"swarmnet node update --availability active worker2"}]}]"""));

        await host.AddTaskAsync(web, 1, TaskState.Pending);
        told = (await host.GetAsync($"/v1.50/swarmnet/v1/explain/services/{web.Id.Value[..5]}")).Json;
        Assert.That(((int)told["Waiting"]!, told["WaitingSince"] is not null), Is.EqualTo((1, true)));
        Assert.That((await host.GetAsync("/swarmnet/v1/explain/services/no")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_task_that_waits_is_explained_and_one_that_runs_is_judged_without_itself()
    {
        var answer = await host.PostAsync("/services/create", """
            {"Name":"one","TaskTemplate":{"ContainerSpec":{"Image":"a"},"Placement":{"MaxReplicas":1}},
             "EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":8080,"PublishMode":"host"}]}}
            """);
        Assert.That(answer.Status, Is.EqualTo(201), answer.Body);
        var one = host.State.ServiceNamed("one")!;
        var runs = await host.AddTaskAsync(one, 1, TaskState.Running, FakeNode.Id.Value);
        var waits = await host.AddTaskAsync(one, 2, TaskState.Pending);

        var told = (await host.GetAsync($"/swarmnet/v1/explain/tasks/{runs.Id}")).Json;
        Assert.That(((string)told["Name"]!, (string)told["State"]!, (bool)told["Node"]!["Fits"]!, told["Next"]), Is.EqualTo(("one.1", "running", true, (object?)null)));

        told = (await host.GetAsync($"/swarmnet/v1/explain/tasks/{waits.Id}")).Json;
        Assert.That(((int)told["Next"]!["Fitting"]!, told["Node"]), Is.EqualTo((0, (object?)null)));
        Assert.That((string)told["Next"]!["Reason"]!, Is.EqualTo(
            "no suitable node (host-mode port already in use on 1 node; 1 node not available for new tasks); tried again when a task ends, or a node becomes ready"));
    }

    [Test]
    public async Task A_task_goes_by_its_name_too_and_the_wanted_one_of_a_slot_is_meant()
    {
        var web = await host.CreateServiceAsync("web-1");
        var wanted = await host.AddTaskAsync(web, 1, TaskState.Running, FakeNode.Id.Value);
        var former = await host.AddTaskAsync(web, 1, TaskState.Failed, FakeNode.Id.Value);
        await host.ApplyAsync(Change.Update(host.State.Task(former.Id)! with { Desired = TaskState.Shutdown }));
        Assert.That((string)(await host.GetAsync("/swarmnet/v1/explain/tasks/WEB-x.1")).Json["message"]!, Is.EqualTo("task WEB-x.1 not found"));
        foreach (var name in new[] { "web-1.1", "Web-1.1", wanted.Id.Value })
            Assert.That((string)(await host.GetAsync($"/swarmnet/v1/explain/tasks/{name}")).Json["TaskID"]!, Is.EqualTo(wanted.Id.Value), name);
        Assert.That((await host.GetAsync("/swarmnet/v1/explain/tasks/web-1.2")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task What_waits_says_what_its_last_try_came_to()
    {
        var web = await host.CreateServiceAsync("web");
        var waits = await host.AddTaskAsync(web, 1, TaskState.Pending);
        await host.ApplyAsync(Change.Update(waits with { Status = waits.Status with { Error = "waits for others" } }));
        Assert.That((string)(await host.GetAsync("/swarmnet/v1/explain/services/web")).Json["Err"]!, Is.EqualTo("waits for others"));
    }

    [Test]
    public async Task A_dry_run_tells_what_would_be_pushed_out()
    {
        await host.PostAsync("/services/create", Spec("low", 2));
        var low = host.State.ServiceNamed("low")!;
        await host.AddTaskAsync(low, 1, TaskState.Running, FakeNode.Id.Value);
        await host.AddTaskAsync(low, 2, TaskState.Running, FakeNode.Id.Value);
        var spec = Spec("high", 1).Replace("{\"Name\"", """{"Labels":{"swarmnet.priority":"5","swarmnet.preempt":"true"},"Name" """, StringComparison.Ordinal);
        var plan = (await host.PostAsync("/swarmnet/v1/explain/services", spec)).Json;
        Assert.That(plan["PushedOut"]!.ToJsonString(), Is.EqualTo(
            $$"""[{"NodeID":"{{FakeNode.Id}}","Name":"manager1","Tasks":["low.2"]}]"""));
        plan = (await host.PostAsync("/swarmnet/v1/explain/services", Spec("equal", 1))).Json;
        Assert.That(plan["PushedOut"], Is.Null);
    }

    [Test]
    public async Task A_node_tells_what_it_holds_and_what_it_would_take()
    {
        await host.PostAsync("/services/create", """
            {"Name":"big","TaskTemplate":{"ContainerSpec":{"Image":"a"},"Resources":{"Reservations":{"MemoryBytes":3221225472}}}}
            """);
        var big = host.State.ServiceNamed("big")!;
        await host.AddTaskAsync(big, 1, TaskState.Running, FakeNode.Id.Value);
        await host.AddTaskAsync(big, 2, TaskState.Pending);
        await host.AddTaskAsync(await host.CreateServiceAsync("small"), 1, TaskState.Pending);

        var told = (await host.GetAsync("/swarmnet/v1/explain/nodes/manager1")).Json;
        Assert.That(((int)told["Tasks"]!, (long)told["Reserved"]!["MemoryBytes"]!, (long)told["Capacity"]!["MemoryBytes"]!), Is.EqualTo((1, 3L << 30, 4L << 30)));
        Assert.That(told["Waiting"]!.AsArray().Select(waiting => ((string)waiting!["Name"]!, (string?)waiting["Verdict"]!["Detail"])), Is.EqualTo(new[]
        {
            ("big", "asked memory 3GiB, free 1GiB of 4GiB"), ("small", null),
        }));
    }

    [Test]
    public async Task A_dry_run_places_all_replicas_and_writes_nothing()
    {
        var before = host.State;
        var plan = (await host.PostAsync("/swarmnet/v1/explain/services", Spec("dry", 3))).Json;
        Assert.That(((int)plan["Tasks"]!, (int)plan["Placed"]!), Is.EqualTo((3, 2)));
        Assert.That(plan["Nodes"]!.ToJsonString(), Is.EqualTo($$"""[{"NodeID":"{{FakeNode.Id}}","Name":"manager1","Tasks":2}]"""));
        Assert.That((string)plan["Next"]!["Reason"]!, Does.StartWith("no suitable node (1 node not available for new tasks; insufficient resources on 1 node)"));
        Assert.That(host.State, Is.SameAs(before));
        Assert.That((int)(await host.PostAsync("/swarmnet/v1/explain/services?consistency=stale", Spec("", 2))).Json["Placed"]!, Is.EqualTo(2));
    }

    [Test]
    public async Task A_dry_run_is_refused_as_the_creation_would_be()
    {
        await host.CreateServiceAsync("web");
        foreach (var spec in new[] { Spec("web", 1), Spec("-bad-", 1), "{}" })
        {
            var dry = await host.PostAsync("/swarmnet/v1/explain/services", spec);
            var real = await host.PostAsync("/services/create", spec);
            Assert.That((dry.Status, dry.Message), Is.EqualTo((real.Status, real.Message)));
        }
    }

    [Test]
    public async Task Answers_stay_small_and_quick_in_a_large_cluster()
    {
        await host.ApplyAsync([.. Enumerable.Range(0, 10_000).Select(at => Change.Create(ApiHost.SampleNode($"n{at:00000}", $"w{at}") with
        {
            Spec = new NodeSpec { Availability = at % 2 == 0 ? Availability.Active : Availability.Pause },
        }))]);
        await host.PostAsync("/swarmnet/v1/explain/services", Spec("warm", 1));
        var watch = Stopwatch.StartNew();
        var plan = (await host.PostAsync("/swarmnet/v1/explain/services", Spec("dry", 10_000))).Json["Next"]!;
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)), "a loaded machine");
        Assert.That(((int)plan["Nodes"]!, (int)plan["Fitting"]!, plan["Best"]!.AsArray().Count), Is.EqualTo((10_002, 5001, 500)));
        Assert.That((int)plan["LeftOut"]!, Is.EqualTo(10_002 - 500 - 100));
        TestContext.Out.WriteLine(watch.Elapsed);
    }

    private static string Spec(string name, int replicas) => $$$"""
        {"Name":"{{{name}}}","TaskTemplate":{"ContainerSpec":{"Image":"a"},"Resources":{"Reservations":{"MemoryBytes":2147483648} } },
         "Mode":{"Replicated":{"Replicas":{{{replicas}}} } } }
        """;
}
