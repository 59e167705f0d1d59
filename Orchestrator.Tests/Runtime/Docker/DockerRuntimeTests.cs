using System.Text;
using Microsoft.AspNetCore.Http;
using Orchestrator.Model;
using Orchestrator.Runtime;

namespace Orchestrator.Tests.Runtime.Docker;

public sealed class DockerRuntimeTests
{
    private const string Ours = """
        {"Id":"c1","State":{"Status":"created"},
         "Config":{"Labels":{"swarmnet.cluster.id":"cluster1","swarmnet.task.id":"t1"}}}
        """;

    private const string Foreign = """{"Id":"c9","State":{"Status":"running"},"Config":{"Labels":{}}}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Preparing_and_starting_cost_one_call_each()
    {
        await using var engine = await FakeEngine.StartAsync(context => context.Json("""{"Id":"c1"}""", 201));
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        await runtime.StartAsync(await runtime.PrepareAsync(RuntimeTasks.Task("t1"), default), default);
        Assert.That(engine.Requests, Is.EqualTo(new[]
        {
            "GET /_ping", "POST /v1.41/containers/create?name=web.1.t1", "POST /v1.41/containers/c1/start",
        }));
    }

    [Test]
    public async Task Labels_of_an_engine_and_what_it_says_of_itself_are_labels_for_constraints()
    {
        await using var engine = await FakeEngine.StartAsync(context => context.Json(IsOfImages(context) ? "[]" : """
            {"ServerVersion":"20.10.24","Driver":"overlay2","KernelVersion":"6.1.0","OperatingSystem":"",
             "Labels":["zone=a=b","ssd",null,"kernelversion=9","long=LONG"]}
            """.Replace("LONG", new string('x', 300), StringComparison.Ordinal)));
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        var labels = (await runtime.DescribeAsync(default)).EngineLabels;
        Assert.That(labels.Select(label => $"{label.Key}:{label.Value}"), Is.EqualTo(new[]
        {
            "kernelversion:6.1.0", "ssd:", "storagedriver:overlay2", "zone:a=b",
        }));
    }

    [Test]
    public async Task Images_of_an_engine_go_by_their_references_and_ids()
    {
        await using var engine = await FakeEngine.StartAsync(context => !IsOfImages(context)
            ? context.Json("""{"ServerVersion":"20.10.24"}""")
            : context.Json("""
                [{"Id":"sha256:1","RepoTags":["redis:7","10.0.0.1:5000/app:1","10.0.0.1:5000/bare"]},
                 {"Id":"sha256:2","RepoTags":["<none>:<none>"]},{"Id":"sha256:3","RepoTags":null},{"Id":"LONG"}]
                """.Replace("LONG", new string('x', 300), StringComparison.Ordinal)));
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        string[] expected =
        [
            "10.0.0.1:5000/app", "10.0.0.1:5000/app:1", "10.0.0.1:5000/bare", "redis", "redis:7", "sha256:1", "sha256:2", "sha256:3",
        ];
        Assert.That((await runtime.DescribeAsync(default)).Images, Is.EqualTo(expected));
        Assert.That((await runtime.DescribeAsync(default)).Images, Is.EqualTo(expected));
        Assert.That(engine.Requests.Count(request => request.Contains("/images/json")), Is.EqualTo(1), "seldom asked for");
    }

    [TestCase(true, TestName = "An_engine_that_hangs_over_its_images_is_described_without_them")]
    [TestCase(false, TestName = "An_engine_that_cannot_tell_its_images_is_described_without_them")]
    public async Task Images_are_not_needed(bool hangs)
    {
        await using var engine = await FakeEngine.StartAsync(context => !IsOfImages(context)
            ? context.Json("""{"ServerVersion":"20.10.24"}""")
            : hangs ? context.Hang() : context.Json("{}"));
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        var description = await runtime.DescribeAsync(default).WaitAsync(Patience);
        Assert.That(description.EngineVersion, Is.EqualTo("20.10.24"));
        Assert.That(description.Images, Is.Empty);
    }

    private static bool IsOfImages(Microsoft.AspNetCore.Http.HttpContext context) =>
        context.Request.Path.Value!.EndsWith("/images/json", StringComparison.Ordinal);

    [Test]
    public async Task What_is_shared_is_found_by_its_task_and_must_run()
    {
        var runs = false;
        var bodies = new List<string>();
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/containers/json", StringComparison.Ordinal))
            {
                var asked = Uri.UnescapeDataString(context.Request.QueryString.Value!);
                Assert.That(asked, Does.Contain("swarmnet.task.id=t1").And.Contain("swarmnet.cluster.id=cluster1").And.Contain("running"));
                await context.Json(runs ? """
                    [{"Id":"c1","State":"running","Labels":{"swarmnet.cluster.id":"cluster1","swarmnet.task.id":"t1"}}]
                    """ : "[]");
                return;
            }
            if (context.Request.Method == "GET")
            {
                await context.Json("{}");
                return;
            }
            using var reader = new StreamReader(context.Request.Body);
            bodies.Add(await reader.ReadToEndAsync());
            await context.Json("""{"Id":"c2"}""", 201);
        });
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        var task = RuntimeTasks.Task("t2") with
        {
            Shared = [new SharedSource(new TaskId("t1"), new Dependency("cache") { Network = true, Volumes = true, ReadOnly = true })],
        };
        var e = await Failing.Of(() => runtime.PrepareAsync(task, default));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.NotYet));
        Assert.That(e.Message, Does.Contain("waiting for cache to run here: it shares its network and volumes"));
        runs = true;
        Assert.That(await runtime.PrepareAsync(task, default), Is.EqualTo("c2"));
        Assert.That(bodies[^1], Does.Contain("\"NetworkMode\":\"container:c1\"").And.Contain("\"VolumesFrom\":[\"c1:ro\"]"));
    }

    [Test]
    public async Task An_engine_that_is_busy_with_a_registry_is_described_as_before()
    {
        var busy = false;
        await using var engine = await FakeEngine.StartAsync(context =>
            context.Request.Path.Value!.EndsWith("/_ping", StringComparison.Ordinal) ? context.Json("{}")
            : busy ? context.Hang()
            : IsOfImages(context) ? context.Json("[]")
            : context.Json("""{"ServerVersion":"20.10.24","NCPU":2,"MemTotal":1024}"""));
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        var before = await runtime.DescribeAsync(default);
        busy = true;
        var after = await runtime.DescribeAsync(default).WaitAsync(Patience);
        Assert.That(after, Is.SameAs(before));
        Assert.That(engine.Requests, Is.EqualTo(new[]
        {
            "GET /_ping", "GET /v1.41/info", "GET /v1.41/images/json", "GET /v1.41/info", "GET /v1.41/_ping",
        }));
    }

    [Test]
    public async Task A_missing_image_is_pulled_once_for_many_tasks_and_with_the_credentials()
    {
        var pulled = false;
        string? auth = null;
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/images/create", StringComparison.Ordinal))
            {
                auth = context.Request.Headers["X-Registry-Auth"];
                await context.Packets("{\"status\":\"Pulling\"}\r\n{\"status\":\"Done\"}\r\n"u8.ToArray(), 5);
                pulled = true;
                return;
            }
            await (pulled ? context.Json("""{"Id":"c1"}""", 201) : context.Refuse(404, "No such image: web:1"));
        });
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        var task = RuntimeTasks.Task("t1") with { RegistryAuth = "e30=" };
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => runtime.PrepareAsync(task, default)));
        Assert.That(ids, Is.All.EqualTo("c1"));
        Assert.That(auth, Is.EqualTo("e30="));
        Assert.That(engine.Requests.Where(request => request.Contains("/images/", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "POST /v1.41/images/create?fromImage=busybox&tag=local" }));
    }

    [TestCase("""{"status":"x"}{"errorDetail":{"message":"m"},"error":"manifest unknown"}""", 200, "manifest unknown")]
    [TestCase("""{"message":"pull access denied"}""", 404, "pull access denied")]
    [TestCase("""{"message":"dial tcp: lookup registry: i/o timeout"}""", 500, "i/o timeout")]
    public async Task An_image_that_cannot_be_had_rejects_the_task(string answer, int status, string reason)
    {
        await using var engine = await FakeEngine.StartAsync(context =>
            context.Request.Path.Value!.EndsWith("/images/create", StringComparison.Ordinal)
                ? context.Json(answer.Replace("}{", "}\n{", StringComparison.Ordinal), status)
                : context.Refuse(404, "No such image: busybox:local"));
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        var e = await Failing.Of(() => runtime.PrepareAsync(RuntimeTasks.Task("t1"), default));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(e.Message, Does.StartWith("No such image: busybox:local").And.Contain(reason));
    }

    [Test]
    public async Task A_container_that_was_made_before_is_taken_and_a_foreign_one_of_that_name_is_not()
    {
        var inspect = Ours;
        await using var engine = await FakeEngine.StartAsync(context => HttpMethods.IsPost(context.Request.Method)
            ? context.Refuse(409, "Conflict. The container name is already in use")
            : context.Json(inspect));
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        Assert.That(await runtime.PrepareAsync(RuntimeTasks.Task("t1"), default), Is.EqualTo("c1"));
        inspect = Foreign;
        var e = await Failing.Of(() => runtime.PrepareAsync(RuntimeTasks.Task("t1"), default));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(e.Message, Does.Contain("web.1.t1").And.Contain("c9"));
    }

    [Test]
    public async Task A_foreign_container_is_only_looked_at()
    {
        await using var engine = await FakeEngine.StartAsync(context => context.Json(Foreign));
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        Assert.That(await runtime.InspectAsync("c9", default), Is.Null);
        await runtime.StopAsync("c9", TimeSpan.Zero, default);
        await runtime.RemoveAsync("c9", default);
        var e = await Failing.Of(() => runtime.StartAsync("c9", default));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.NotFound));
        Assert.That(engine.Requests, Is.All.StartsWith("GET "));
    }

    [Test]
    public async Task A_stop_that_the_engine_fails_is_worth_another_attempt_and_one_of_nothing_is_done()
    {
        var status = 500;
        await using var engine = await FakeEngine.StartAsync(context => HttpMethods.IsPost(context.Request.Method)
            ? context.Refuse(status, "tried to kill container, but did not receive an exit event")
            : context.Json(Ours));
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        var e = await Failing.Of(() => runtime.StopAsync("c1", TimeSpan.FromSeconds(1.5), default));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Unavailable));
        status = 404;
        await runtime.StopAsync("c1", TimeSpan.FromSeconds(1.5), default);
        Assert.That(engine.Requests.Last(), Is.EqualTo("POST /v1.41/containers/c1/stop?t=2"));
    }

    [Test]
    public async Task Events_resume_at_the_last_one_seen_and_each_connection_says_look_at_all()
    {
        var connections = 0;
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            var change = Event($"c{++connections}", 4_000_000_000_000_000_000 + connections);
            await context.Packets(Encoding.UTF8.GetBytes(change), 10);
            if (connections == 3)
                await context.Hang();
        });
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        using var limit = new CancellationTokenSource(Patience);
        var all = 0;
        await foreach (var change in runtime.WatchAsync(limit.Token))
        {
            // What is not taken in time is coalesced, so c3 may be a part of "all".
            all += change.ContainerId is null ? 1 : 0;
            if (connections == 3)
                break;
        }
        Assert.That(all, Is.InRange(1, 3));
        var sinces = engine.Requests.Where(request => request.Contains("/events", StringComparison.Ordinal))
            .Select(request => request.Split('&')[0].Split("since=")[1]).ToArray();
        Assert.That(sinces, Has.Length.EqualTo(3));
        Assert.That(sinces[0], Does.Match("^[0-9]{10}\\.[0-9]{9}$"));
        Assert.That(sinces[1..], Is.EqualTo(new[] { "4000000000.000000001", "4000000000.000000002" }));
    }

    [Test]
    public async Task A_line_that_is_no_event_breaks_the_stream_and_the_next_one_is_read()
    {
        var connections = 0;
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            await context.Packets(Encoding.UTF8.GetBytes(++connections == 1 ? "<html>\n" : "\n" + Event("c7", 1)), 10);
            if (connections == 2)
                await context.Hang();
        });
        await using var runtime = RuntimeTasks.Runtime(engine.Client());
        using var limit = new CancellationTokenSource(Patience);
        await foreach (var change in runtime.WatchAsync(limit.Token))
        {
            if (connections == 2)
                break;
        }
        Assert.That(connections, Is.EqualTo(2));
    }

    [Test]
    public async Task The_watch_ends_when_it_is_cancelled_and_not_when_the_engine_is_away()
    {
        var engine = await FakeEngine.StartAsync(context => context.Json("{}"));
        var runtime = RuntimeTasks.Runtime(engine.Client());
        await engine.DisposeAsync();
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.CatchAsync<OperationCanceledException>(async () =>
        {
            await foreach (var change in runtime.WatchAsync(cancel.Token))
                Assert.Fail($"there is nothing to see, but it saw {change}");
        });
        await runtime.DisposeAsync();
    }

    private static string Event(string id, long nanoseconds) =>
        $$$"""{"Type":"container","Actor":{"ID":"{{{id}}}","Attributes":null},"timeNano":{{{nanoseconds}}}}""" + "\n";
}
