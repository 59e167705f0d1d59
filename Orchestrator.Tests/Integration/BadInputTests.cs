using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>What users get wrong, against a real daemon: status or exit code, a message that helps, nothing half-done.</summary>
internal sealed class BadInputTests
{
    private const string Good = """{"Name":"good","TaskTemplate":{"ContainerSpec":{"Image":"sleep","Args":["6000"]}}}""";
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _daemon = await DaemonProcess.StartAsync();
        await _daemon.InitAsync();
        (await _daemon.Api.SendAsync(HttpMethod.Post, "/services/create", Good)).Succeeded();
        await _daemon.Api.WaitRunningAsync("good", 1);
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
    }

    [TestCase("""{"Name":""", 400, "invalid JSON")]
    [TestCase("[]", 400, "object is needed")]
    [TestCase("null", 400, "")]
    [TestCase("", 400, "no body")]
    [TestCase("""{"Name":"a"} {"Name":"b"}""", 400, "invalid JSON")]
    [TestCase("""{"Name":"a","Name":"b"}""", 400, "given twice")]
    [TestCase("""{"Name":7}""", 400, "Name")]
    [TestCase("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"sleep","Args":"x"}}}""", 400, "Args")]
    [TestCase("""{"Name":"a"}""", 400, "ContainerSpec")]
    [TestCase("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":""}}}""", 400, "")]
    [TestCase("""{"Name":"a b","TaskTemplate":{"ContainerSpec":{"Image":"sleep"}}}""", 400, "DNS name")]
    [TestCase("""{"Name":"-a","TaskTemplate":{"ContainerSpec":{"Image":"sleep"}}}""", 400, "DNS name")]
    [TestCase("""{"Name":"../../etc","TaskTemplate":{"ContainerSpec":{"Image":"sleep"}}}""", 400, "DNS name")]
    [TestCase("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"sleep"}},"Mode":{"Replicated":{"Replicas":-1}}}""",
        400, "Replicas")]
    [TestCase("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"sleep"}},"Mode":{"Replicated":{"Replicas":1e9}}}""",
        400, "Replicas")]
    [TestCase("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"sleep"},"Placement":{"Constraints":["x"]}}}""",
        400, "constraint 'x'")]
    [TestCase("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"sleep"},"Placement":{"Constraints":["node.x==1"]}}}""",
        400, "node.x")]
    [TestCase("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"sleep","Env":["=x"]}}}""", 400, "Env")]
    [TestCase("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"sleep","Mounts":[{"Type":"bind","Target":"/x"}]}}}""",
        400, "Source")]
    [TestCase("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"sleep"},"Resources":{"Limits":{"MemoryBytes":1}}}}""",
        400, "4MiB")]
    [TestCase("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"sleep"}},"EndpointSpec":{"Ports":[{"TargetPort":70000}]}}""",
        400, "65535")]
    [TestCase("""{"Name":"good","TaskTemplate":{"ContainerSpec":{"Image":"sleep"}}}""", 409, "good already exists")]
    public async Task A_service_that_cannot_be_is_refused_and_not_there(string body, int status, string expected)
    {
        var answer = await _daemon.Api.SendAsync(HttpMethod.Post, "/services/create", body);
        await RefusedAsync(answer, status, expected);
    }

    [TestCase("POST", "/services/good/update?version=1", 500, "update out of sequence")]
    [TestCase("POST", "/services/good/update", 400, "version")]
    [TestCase("POST", "/services/good/update?version=x", 400, "version")]
    [TestCase("POST", "/services/nope/update?version=1", 404, "service nope not found")]
    [TestCase("POST", "/swarm/init", 503, "already part of a swarm")]
    [TestCase("DELETE", "/services/nope", 404, "service nope not found")]
    [TestCase("GET", "/services/nope", 404, "service nope not found")]
    [TestCase("GET", "/tasks/nope", 404, "task nope not found")]
    [TestCase("GET", "/nodes/nope", 404, "node nope not found")]
    [TestCase("GET", "/services?filters=nonsense", 400, "filters")]
    [TestCase("GET", "/services?filters={\"colour\":[\"red\"]}", 400, "colour")]
    [TestCase("GET", "/v1.10/info", 400, "too old")]
    [TestCase("GET", "/v9.99/info", 400, "too new")]
    [TestCase("GET", "/nonsense", 404, "page not found")]
    public async Task A_request_that_makes_no_sense_is_refused(string method, string url, int status, string expected)
    {
        var body = url.Contains("/update") ? Good.Replace("6000", "7000") : method == "POST" ? "{}" : null;
        await RefusedAsync(await _daemon.Api.SendAsync(new HttpMethod(method), url, body), status, expected);
    }

    [Test]
    public async Task A_body_that_is_too_large_is_refused_by_its_limit()
    {
        var body = $"{{\"Name\":\"{new string('a', 20 << 20)}\"}}";
        await RefusedAsync(await _daemon.Api.SendAsync(HttpMethod.Post, "/services/create", body), 413, "4194304");
    }

    [TestCase(2, "--name", "service", "create", "--nmae", "x", "sleep")]
    [TestCase(2, "create", "service", "crate")]
    [TestCase(2, "at least 1 argument", "service", "create")]
    [TestCase(2, "--replicas", "service", "create", "--replicas", "many", "sleep")]
    [TestCase(2, "--mount", "service", "create", "--mount", "nonsense", "sleep")]
    [TestCase(2, "--limit-memory", "service", "create", "--limit-memory", "much", "sleep")]
    [TestCase(2, "SERVICE=REPLICAS", "service", "scale", "good")]
    [TestCase(2, "active, pause, drain", "node", "update", "--availability", "lazy", "x")]
    [TestCase(1, "DNS name", "service", "create", "--name", "a b", "sleep")]
    [TestCase(4, "already exists", "service", "create", "--name", "good", "sleep")]
    [TestCase(3, "no service \"nope\"", "service", "rm", "nope")]
    [TestCase(3, "no service \"nope\"", "service", "update", "--replicas", "5", "nope")]
    [TestCase(3, "no node \"nope\"", "node", "inspect", "nope")]
    [TestCase(4, "already part of a swarm", "init")]
    public async Task The_command_line_says_what_is_wrong_and_by_its_exit_code(int code, string expected, params string[] words)
    {
        var result = await _daemon.SwarmnetAsync(words);
        Assert.That(result.ExitCode, Is.EqualTo(code), result.All);
        Assert.That(result.Errors, Does.StartWith("Error: ").And.Contain(expected).And.Not.Contain("Exception"));
        await OnlyGoodAsync();
    }

    [Test]
    public Task An_unknown_program_rejects_the_task_with_the_reason() => FailingTaskAsync(
        ServiceSpecs.Script("bad", "true"), spec => spec["Image"] = "no-such-program", "rejected", "no-such-program");

    [Test]
    public Task A_mount_that_processes_cannot_have_rejects_the_task_with_the_reason() => FailingTaskAsync(
        ServiceSpecs.Script("bad", "true"),
        spec => spec["Mounts"] = new JsonArray(new JsonObject
        {
            ["Type"] = "bind", ["Source"] = "/no/such", ["Target"] = "/x",
        }),
        "rejected", "mount");

    [Test]
    public Task A_missing_working_directory_is_told_by_its_name() => FailingTaskAsync(
        ServiceSpecs.Script("bad", "true"), spec => spec["Dir"] = "/no/such/dir", "rejected", "/no/such/dir");

    [Test]
    public async Task A_constraint_that_no_node_fits_leaves_the_task_pending_with_the_reason()
    {
        var service = ServiceSpecs.Script("bad", "sleep 6000");
        service["TaskTemplate"]!["Placement"] = new JsonObject { ["Constraints"] = new JsonArray("node.role==worker") };
        await FailingTaskAsync(service, _ => { }, "pending", "no suitable node");
    }

    [Test]
    public async Task A_reservation_that_is_too_large_leaves_the_task_pending_until_it_fits()
    {
        var service = ServiceSpecs.Script("bad", "sleep 6000");
        service["TaskTemplate"]!["Resources"] = JsonNode.Parse("""{"Reservations":{"MemoryBytes":1099511627776000}}""");
        await _daemon.Api.CreateAsync(service);
        await Eventually.Get("a pending task with the reason", () => _daemon.Api.TasksAsync("bad"), tasks =>
            tasks is [{ State: "pending" } task] && (task.Error + task.Message).Contains("insufficient resources"));
        (await _daemon.Api.UpdateAsync("bad", spec => spec["TaskTemplate"]!["Resources"] = new JsonObject())).Succeeded();
        await _daemon.Api.WaitRunningAsync("bad", 1);
        await RemoveAsync("bad");
    }

    [Test]
    public async Task A_host_port_is_given_once_and_the_second_task_waits_for_it()
    {
        var port = FreePort().ToString(CultureInfo.InvariantCulture);
        foreach (var name in new[] { "one", "bad" })
        {
            var web = ServiceSpecs.Web(name, 1);
            web["EndpointSpec"]!["Ports"]![0]!["PublishedPort"] = int.Parse(port, CultureInfo.InvariantCulture);
            await _daemon.Api.CreateAsync(web);
            if (name == "one")
                await _daemon.Api.WaitRunningAsync(name, 1);
        }
        await Eventually.Get("a pending task with the reason", () => _daemon.Api.TasksAsync("bad"), tasks =>
            tasks is [{ State: "pending" } task] && (task.Error + task.Message).Contains("port"));
        await RemoveAsync("one");
        await _daemon.Api.WaitRunningAsync("bad", 1);
        await RemoveAsync("bad");
    }

    private async Task FailingTaskAsync(JsonObject service, Action<JsonNode> change, string state, string reason)
    {
        change(service["TaskTemplate"]!["ContainerSpec"]!);
        await _daemon.Api.CreateAsync(service);
        var task = (await Eventually.Get($"a {state} task", () => _daemon.Api.TasksAsync("bad"),
            tasks => tasks.Any(task => task.State == state && task.Error.Length > 0))).First(task => task.State == state);
        Assert.That(task.Error, Does.Contain(reason));
        var shown = (await _daemon.SwarmnetAsync("service", "ps", "--no-trunc", "bad")).Succeeded();
        Assert.That(shown, Does.Contain(reason));
        await RemoveAsync("bad");
    }

    private async Task RemoveAsync(string service)
    {
        (await _daemon.Api.DeleteAsync($"/services/{service}")).Succeeded();
        await Eventually.Get("the end of its tasks", () => _daemon.Api.TasksAsync(),
            tasks => _daemon.Shims().Length == tasks.Count(task => task.IsRunning));
    }

    private async Task RefusedAsync(ApiAnswer answer, int status, string expected)
    {
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
        Assert.That(answer.ContentType, Is.EqualTo("application/json"));
        Assert.That(answer.Message, Is.Not.Empty.And.Contain(expected));
        Assert.That(answer.Body, Does.Not.Contain("Exception"));
        await OnlyGoodAsync();
    }

    private async Task OnlyGoodAsync()
    {
        var services = (await _daemon.Api.ReadAsync("/services")).AsArray();
        Assert.That(services.Select(service => (string?)service!["Spec"]!["Name"]), Is.EqualTo(new[] { "good" }));
        Assert.That((string?)services[0]!["Spec"]!["TaskTemplate"]!["ContainerSpec"]!["Args"]![0], Is.EqualTo("6000"));
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
