using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

/// <summary>
/// What the docker client and a real engine said to each other, kept in <c>Testdata/docker-api</c>: the same questions
/// get the same answers here. What is not available here is taken out of them,
/// and what the recorded engine was too old for.
/// </summary>
public sealed class RecordedExchangeTests
{
    /// <summary>Told by an engine, and of no use to a client here.</summary>
    private static readonly string[] NotHere = ["GoVersion", "GitCommit", "BuildTime", "Experimental"];

    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync() => host = await ApiHost.StartManagerAsync();

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    private static IEnumerable<TestCaseData> Exchanges() => Cases("exchanges.jsonl");

    private static IEnumerable<TestCaseData> Specs() => Cases("service-specs.jsonl");

    [TestCaseSource(nameof(Exchanges))]
    public async Task The_answer_is_the_recorded_one(JsonNode recorded)
    {
        await host.CreateServiceAsync("use2");
        var body = recorded["body"] is JsonObject json ? json.ToJsonString() : (string?)recorded["body"];
        var answer = await host.SendAsync((string)recorded["method"]!, (string)recorded["target"]!, body);
        Assert.That(answer.Status, Is.EqualTo((int)recorded["status"]!), answer.Body);
        if (recorded["answer"]?["message"] is { } message)
            Assert.That(answer.Message, Does.StartWith((string)message!));
        else if (recorded["answer"]?["text"] is { } text)
            Assert.That(answer.Body, Is.EqualTo((string)text!));
        else if (recorded["answer"] is { } shape)
            Assert.That(Missing(shape, answer.Json, ""), Is.Empty);
    }

    [TestCaseSource(nameof(Specs))]
    public async Task A_posted_service_reads_back_as_an_engine_shows_it(JsonNode recorded)
    {
        var created = await host.PostAsync("/v1.50/services/create", recorded["post"]!.ToJsonString());
        Assert.That(created.Status, Is.EqualTo(201), created.Body);
        var shown = (await host.GetAsync($"/v1.50/services/{created.Json["ID"]}?{recorded["query"]}")).Json["Spec"]!;
        Assert.That(shown.ToJsonString(), Is.EqualTo(recorded["spec"]!.ToJsonString()));
    }

    [TestCase("node", "/nodes/manager1")]
    [TestCase("worker", "/nodes/worker1")]
    [TestCase("swarm", "/swarm")]
    [TestCase("info", "/info")]
    [TestCase("version", "/version")]
    [TestCase("service", "/services/web?insertDefaults=true")]
    [TestCase("task", "/tasks/TASK")]
    public async Task An_object_has_every_member_that_an_engine_shows(string kind, string path)
    {
        await host.ApplyAsync(Change.Create(ApiHost.SampleNode("worker1id", "worker1")));
        var task = await PopulateAsync();
        var recorded = JsonNode.Parse(await ReadAsync("shapes.json"))![kind]!;
        var answer = await host.GetAsync("/v1.50" + path.Replace("TASK", task, StringComparison.Ordinal));
        Assert.That(Missing(recorded, answer.Json, kind), Is.Empty);
    }

    private async Task<string> PopulateAsync()
    {
        await host.PostAsync("/services/create", """
            {"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"a","Args":["b"],"Env":["A=1"],"Init":false,"DNSConfig":{}},
             "Resources":{"Limits":{},"Reservations":{}},"Placement":{}},"UpdateConfig":{"Monitor":1},"EndpointSpec":{"Mode":"vip"}}
            """);
        var service = host.State.ServiceNamed("web")!;
        await host.ApplyAsync(Change.Update(service with
        {
            PreviousRevision = 1,
            UpdateStatus = new UpdateStatus { StartedAt = service.Meta.CreatedAt, CompletedAt = service.Meta.CreatedAt },
        }));
        var task = await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        await host.ApplyAsync(Change.Update(task with
        {
            Status = task.Status with
            {
                Container = new ContainerStatus { ContainerId = "c" },
                Message = "started",
                Ports = [new PortConfig { Target = 81, Published = 1, Mode = PublishMode.Host }],
            },
        }));
        return task.Id.Value;
    }

    /// <summary>Members of the recorded answer that the other lacks, or has with another type. Lists by their first item.</summary>
    private static IEnumerable<string> Missing(JsonNode? recorded, JsonNode? shown, string path) => recorded switch
    {
        JsonObject map => map.Where(member => !NotHere.Contains(member.Key))
            .SelectMany(member => shown is JsonObject other && other.ContainsKey(member.Key)
                ? Missing(member.Value, other[member.Key], $"{path}.{member.Key}")
                : [$"{path}.{member.Key}"]),
        JsonArray { Count: > 0 } list => shown is JsonArray { Count: > 0 } other
            ? Missing(list[0], other[0], $"{path}[0]")
            : [$"{path}[0]"],
        _ => recorded?.GetValueKind() == shown?.GetValueKind() || recorded is JsonValue && IsFlag(recorded) && IsFlag(shown)
            ? []
            : [$"{path} is {shown?.GetValueKind()}"],
    };

    private static bool IsFlag(JsonNode? value) =>
        value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False;

    private static IEnumerable<TestCaseData> Cases(string file) =>
        File.ReadLines(PathOf(file)).Select(line => JsonNode.Parse(line)!)
            .Select(recorded => new TestCaseData(recorded).SetArgDisplayNames((string)recorded["name"]!));

    private static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(PathOf(file));

    private static string PathOf(string file) =>
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Testdata", "docker-api", file);
}
