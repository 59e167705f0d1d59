using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

public sealed class ServiceEndpointTests
{
    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync() => host = await ApiHost.StartManagerAsync();

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_new_service_has_an_id_a_first_revision_and_what_was_posted()
    {
        var created = await host.PostAsync("/v1.50/services/create", """
            {"Name":"web","Labels":null,"TaskTemplate":{"ContainerSpec":{"Image":"nginx:1","DNSConfig":{}},"Resources":
            {"Limits":{},"Reservations":{}},"Placement":{},"ForceUpdate":0},"Mode":{"Replicated":{}},"EndpointSpec":{"Mode":"vip"}}
            """);
        Assert.That(created.Status, Is.EqualTo(201));
        var id = (string)created.Json["ID"]!;
        Assert.That(id, Does.Match("^[0-9a-z]{25}$"));
        var shown = (await host.GetAsync($"/v1.50/services/{id}?insertDefaults=false")).Json;
        Assert.That(shown["Spec"]!.ToJsonString(), Is.EqualTo("""
            {"Name":"web","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"nginx:1","DNSConfig":{},"Isolation":"default"},"Resources":{"Limits":{},"Reservations":{}},"Placement":{},"ForceUpdate":0,"Runtime":"container"},"Mode":{"Replicated":{"Replicas":1}},"EndpointSpec":{"Mode":"vip"}}
            """));
        Assert.That(shown["Endpoint"]!.ToJsonString(), Is.EqualTo("""{"Spec":{}}"""));
        Assert.That(host.State.Revision(new ServiceId(id), 1)!.Spec.Name, Is.EqualTo("web"));
    }

    [Test]
    public async Task Defaults_are_shown_only_to_who_asks_for_them()
    {
        await host.CreateServiceAsync("web");
        var plain = (await host.GetAsync("/services/web?insertDefaults=false")).Json["Spec"]!;
        Assert.That(plain["UpdateConfig"], Is.Null);
        Assert.That(plain["TaskTemplate"]!["RestartPolicy"], Is.Null);
        var full = (await host.GetAsync("/services/web?insertDefaults=true")).Json["Spec"]!;
        Assert.That(full["UpdateConfig"]!.ToJsonString(), Is.EqualTo("""
            {"Parallelism":1,"FailureAction":"pause","Monitor":5000000000,"MaxFailureRatio":0,"Order":"stop-first"}
            """));
        Assert.That(full["TaskTemplate"]!["RestartPolicy"]!.ToJsonString(),
            Is.EqualTo("""{"Condition":"any","Delay":5000000000,"MaxAttempts":0}"""));
        Assert.That((long)full["TaskTemplate"]!["ContainerSpec"]!["StopGracePeriod"]!, Is.EqualTo(10_000_000_000));
    }

    [Test]
    public async Task A_service_without_a_name_gets_one()
    {
        var created = await host.PostAsync("/services/create", """{"TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""");
        Assert.That(created.Status, Is.EqualTo(201));
        Assert.That(host.State.Services.Values.Single().Spec.Name, Does.Match("^[a-z]+_[a-z]+_[0-9a-z]{4}$"));
    }

    [Test]
    public async Task A_taken_name_is_a_conflict_whatever_its_case()
    {
        await host.CreateServiceAsync("web");
        var answer = await host.PostAsync("/services/create",
            """{"Name":"WEB","TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""");
        Assert.That(answer.Status, Is.EqualTo(409));
        Assert.That(answer.Message, Is.EqualTo("name conflicts with an existing object: service WEB already exists"));
    }

    [Test]
    public async Task Scaling_keeps_the_tasks_up_to_date()
    {
        var service = await host.CreateServiceAsync("web");
        await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        await UpdateAsync("web", spec => spec["Mode"]!["Replicated"]!["Replicas"] = 5);
        var changed = host.State.ServiceNamed("web")!;
        Assert.That(changed.Spec.Mode.Replicas, Is.EqualTo(5));
        Assert.That(changed.Revision, Is.EqualTo(2));
        Assert.That(changed.TemplateRevision, Is.EqualTo(1));
        Assert.That(changed.PreviousRevision, Is.EqualTo(1));
        Assert.That(await UpToDateAsync("web"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_new_image_makes_the_tasks_old()
    {
        var service = await host.CreateServiceAsync("web");
        await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        await UpdateAsync("web", spec => spec["TaskTemplate"]!["ContainerSpec"]!["Image"] = "app:2");
        Assert.That(host.State.ServiceNamed("web")!.TemplateRevision, Is.EqualTo(2));
        Assert.That(await UpToDateAsync("web"), Is.Zero);
    }

    [TestCase("swarmnet.network-from", "cache", 2ul)]
    [TestCase("swarmnet.volumes-from", "cache:ro", 2ul)]
    [TestCase("swarmnet.priority", "5", 1ul)]
    public async Task A_label_that_tells_what_is_shared_makes_the_tasks_old(string label, string value, ulong revision)
    {
        await host.CreateServiceAsync("web");
        await UpdateAsync("web", spec => spec["Labels"] = new JsonObject { [label] = value });
        Assert.That(host.State.ServiceNamed("web")!.TemplateRevision, Is.EqualTo(revision));
    }

    [Test]
    public async Task Services_that_would_wait_for_each_other_are_refused()
    {
        var cache = await host.CreateServiceAsync("cache");
        await host.CreateServiceAsync("web");
        await UpdateAsync("web", spec => spec["Labels"] = new JsonObject { ["swarmnet.network-from"] = cache.Id.Value });
        await host.CreateServiceAsync("log");
        await UpdateAsync("log", spec => spec["Labels"] = new JsonObject { ["swarmnet.volumes-from"] = "other,Web:ro" });
        var ring = await PostUpdateAsync("cache", spec => spec["Labels"] = new JsonObject { ["swarmnet.volumes-from"] = "log" });
        Assert.That(ring.Status, Is.EqualTo(400));
        Assert.That(ring.Message, Is.EqualTo(
            "service cache cannot share of log, which depends on it itself: cache → log → web → cache"));
        Assert.That(host.State.Service(cache.Id)!.Revision, Is.EqualTo(1));
        var self = await host.PostAsync("/services/create",
            """{"Name":"a","Labels":{"swarmnet.network-from":"A"},"TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""");
        Assert.That(self.Message, Is.EqualTo("service a cannot share of itself"));
    }

    [Test]
    public async Task Saying_nothing_in_another_way_restarts_nothing()
    {
        await host.CreateServiceAsync("web");
        await UpdateAsync("web", spec =>
        {
            spec["TaskTemplate"]!["Resources"] = JsonNode.Parse("""{"Limits":{},"Reservations":{}}""");
            spec["TaskTemplate"]!["Placement"] = new JsonObject();
            spec["TaskTemplate"]!["RestartPolicy"] = JsonNode.Parse("""{"Condition":"any"}""");
            spec["TaskTemplate"]!["ContainerSpec"]!["DNSConfig"] = new JsonObject();
            spec["TaskTemplate"]!["ContainerSpec"]!["Privileges"] =
                JsonNode.Parse("""{"CredentialSpec":null,"SELinuxContext":null,"NoNewPrivileges":false}""");
            spec["EndpointSpec"] = new JsonObject();
        });
        Assert.That(host.State.ServiceNamed("web")!.TemplateRevision, Is.EqualTo(1));
    }

    [Test]
    public async Task Going_back_to_an_old_template_finds_its_tasks_again()
    {
        await host.CreateServiceAsync("web");
        await UpdateAsync("web", spec => spec["TaskTemplate"]!["ContainerSpec"]!["Image"] = "app:2");
        await UpdateAsync("web", spec => spec["TaskTemplate"]!["ContainerSpec"]!["Image"] = "app:1");
        var service = host.State.ServiceNamed("web")!;
        Assert.That(service.Revision, Is.EqualTo(3));
        Assert.That(service.TemplateRevision, Is.EqualTo(1));
    }

    [Test]
    public async Task An_update_clears_the_status_of_the_last_one_and_answers_with_a_body()
    {
        var service = await host.CreateServiceAsync("web");
        await host.ApplyAsync(Change.Update(service with { UpdateStatus = new UpdateStatus { State = UpdateState.Completed } }));
        var answer = await UpdateAsync("web", spec => spec["Labels"] = JsonNode.Parse("""{"a":"b"}"""));
        Assert.That(answer.Body.Trim(), Is.EqualTo("""{"Warnings":null}"""));
        Assert.That((await host.GetAsync("/services/web")).Json["UpdateStatus"], Is.Null);
    }

    [Test]
    public async Task A_rollback_swaps_the_specs_and_ignores_the_body()
    {
        await host.CreateServiceAsync("web");
        await UpdateAsync("web", spec => spec["TaskTemplate"]!["ContainerSpec"]!["Image"] = "app:2");
        var current = (await host.GetAsync("/services/web")).Json;
        var answer = await host.PostAsync($"/services/web/update?rollback=previous&version={current["Version"]!["Index"]}",
            current["Spec"]!.ToJsonString());
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        var after = (await host.GetAsync("/services/web")).Json;
        Assert.That((string)after["Spec"]!["TaskTemplate"]!["ContainerSpec"]!["Image"]!, Is.EqualTo("app:1"));
        Assert.That((string)after["PreviousSpec"]!["TaskTemplate"]!["ContainerSpec"]!["Image"]!, Is.EqualTo("app:2"));
        Assert.That((string)after["UpdateStatus"]!["State"]!, Is.EqualTo("rollback_started"));
        Assert.That((string)after["UpdateStatus"]!["Message"]!, Is.EqualTo("manually requested rollback"));
        Assert.That(host.State.ServiceNamed("web")!.TemplateRevision, Is.EqualTo(1));
    }

    [Test]
    public async Task A_first_version_cannot_be_rolled_back()
    {
        var service = await host.CreateServiceAsync("web");
        var answer = await host.PostAsync($"/services/web/update?rollback=previous&version={service.Meta.Version}", "{}");
        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Message, Is.EqualTo($"service {service.Id} does not have a previous spec"));
    }

    [TestCase("1", 500, "update out of sequence")]
    [TestCase("", 400, "invalid service version ''")]
    [TestCase("x", 400, "invalid service version 'x'")]
    public async Task An_update_names_the_version_it_was_made_from(string version, int status, string message)
    {
        await host.CreateServiceAsync("web");
        var spec = (await host.GetAsync("/services/web")).Json["Spec"]!.ToJsonString();
        var answer = await host.PostAsync($"/services/web/update?version={version}", spec);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Message, Does.StartWith(message));
    }

    [Test]
    public async Task An_update_that_loses_a_race_is_out_of_sequence()
    {
        var service = await host.CreateServiceAsync("web");
        host.Proposer.Meanwhile = () => Transaction.Of(Change.Update(service));
        var answer = await host.PostAsync($"/services/web/update?version={service.Meta.Version}",
            """{"TaskTemplate":{"ContainerSpec":{"Image":"b"}}}""");
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Message, Is.EqualTo("update out of sequence"));
    }

    [Test]
    public async Task A_removal_that_loses_a_race_is_decided_again()
    {
        var service = await host.CreateServiceAsync("web");
        host.Proposer.Meanwhile = () => Transaction.Of(Change.Update(service));
        Assert.That((await host.SendAsync("DELETE", "/services/web")).Status, Is.EqualTo(200));
        Assert.That(host.State.Services, Is.Empty);
    }

    [TestCase("""{"Name":"other","TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""", "renaming services is not supported")]
    public async Task What_cannot_change_is_refused(string spec, string message)
    {
        var service = await host.CreateServiceAsync("web");
        var answer = await host.PostAsync($"/services/web/update?version={service.Meta.Version}", spec);
        Assert.That(answer.Status, Is.EqualTo(501));
        Assert.That(answer.Message, Is.EqualTo(message));
    }

    [Test]
    public async Task Removing_a_service_leaves_its_tasks_to_be_stopped()
    {
        var service = await host.CreateServiceAsync("web");
        await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        Assert.That((await host.SendAsync("DELETE", "/v1.41/services/web")).Body, Is.Empty);
        Assert.That((await host.GetAsync("/services/web")).Status, Is.EqualTo(404));
        Assert.That((await host.GetAsync("/services")).Json.AsArray(), Is.Empty);
        var byLabel = """/tasks?filters={"name":{"web.1":true}}""";
        Assert.That((await host.GetAsync(byLabel)).Json.AsArray(), Has.Count.EqualTo(1));
        var byService = $$$"""/tasks?filters={"service":{"{{{service.Id}}}":true}}""";
        Assert.That((await host.GetAsync(byService)).Json.AsArray(), Has.Count.EqualTo(1));
        var gone = await host.SendAsync("DELETE", "/services/web");
        Assert.That(gone.Status, Is.EqualTo(404));
        Assert.That(gone.Message, Is.EqualTo("service web not found"));
    }

    [Test]
    public async Task Credentials_are_stored_and_never_shown()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/services/create")
        {
            Content = new StringContent("""{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"a"}}}"""),
            Headers = { { "X-Registry-Auth", "c2VjcmV0" } },
        };
        using var response = await host.Client.SendAsync(request);
        Assert.That(host.State.ServiceNamed("web")!.RegistryAuth, Is.EqualTo("c2VjcmV0"));
        Assert.That((await host.GetAsync("/services/web")).Body, Does.Not.Contain("c2VjcmV0"));
        await UpdateAsync("web", spec => spec["Labels"] = new JsonObject());
        Assert.That(host.State.ServiceNamed("web")!.RegistryAuth, Is.EqualTo("c2VjcmV0"));
    }

    [Test]
    public async Task A_list_with_status_counts_tasks()
    {
        var service = await host.CreateServiceAsync("web", 3);
        await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        await host.AddTaskAsync(service, 2, TaskState.Starting, FakeNode.Id.Value);
        var list = (await host.GetAsync("/v1.41/services?status=true")).Json;
        Assert.That(list[0]!["ServiceStatus"]!.ToJsonString(),
            Is.EqualTo("""{"RunningTasks":1,"DesiredTasks":3,"CompletedTasks":0}"""));
        Assert.That((await host.GetAsync("/v1.41/services")).Json[0]!["ServiceStatus"], Is.Null);
    }

    private async Task<Answer> UpdateAsync(string name, Action<JsonNode> change)
    {
        var answer = await PostUpdateAsync(name, change);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        return answer;
    }

    private async Task<Answer> PostUpdateAsync(string name, Action<JsonNode> change)
    {
        var current = (await host.GetAsync($"/services/{name}?insertDefaults=false")).Json;
        var spec = current["Spec"]!;
        change(spec);
        return await host.PostAsync(
            $"/services/{name}/update?registryAuthFrom=spec&version={current["Version"]!["Index"]}", spec.ToJsonString());
    }

    private async Task<int> UpToDateAsync(string name)
    {
        var filters = $$$"""{"service":{"{{{name}}}":true},"_up-to-date":{"true":true}}""";
        return (await host.GetAsync($"/tasks?filters={Uri.EscapeDataString(filters)}")).Json.AsArray().Count;
    }
}
