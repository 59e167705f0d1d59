using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Docker;

namespace Orchestrator.Tests.Runtime.Docker;

public sealed class DockerClientTests
{
    [TestCase("1.41", "1.41")]
    [TestCase("1.47", "1.47")]
    [TestCase("1.52", "1.50")]
    public async Task Both_sides_agree_on_the_older_api_version_once(string engineSpeaks, string agreed)
    {
        await using var engine = await FakeEngine.StartAsync(context => context.Json("{}"), engineSpeaks);
        using var client = engine.Client();
        await client.SendAsync(EngineCall.Get("/info"), default);
        await client.SendAsync(EngineCall.Get("/info"), default);
        Assert.That(engine.Requests,
            Is.EqualTo(new[] { "GET /_ping", $"GET /v{agreed}/info", $"GET /v{agreed}/info" }));
    }

    [Test]
    public async Task An_engine_that_is_too_old_is_named_with_both_versions()
    {
        await using var engine = await FakeEngine.StartAsync(context => context.Json("{}"), "1.40");
        using var client = engine.Client();
        var e = await Failing.Of(() => client.NegotiateAsync(default).AsTask());
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Unavailable));
        Assert.That(e.Message, Does.Contain("1.40").And.Contain("1.41").And.Contain("20.10"));
    }

    [Test]
    public async Task Something_else_than_an_engine_is_called_so()
    {
        await using var engine = await FakeEngine.StartAsync(context => context.Json("{}"), apiVersion: null);
        var probe = await DockerProbe.CheckAsync(engine.Endpoint, TimeProvider.System, default);
        Assert.That(probe.Usable, Is.False);
        Assert.That(probe.Reason, Does.Contain("not a Docker engine"));
    }

    [Test]
    public async Task An_engine_that_hangs_is_unavailable_after_the_deadline()
    {
        await using var engine = await FakeEngine.StartAsync(FakeAnswers.Hang);
        using var client = engine.Client(answerSeconds: 0.3);
        var e = await Failing.Of(() => client.SendAsync(EngineCall.Get("/info"), default));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Unavailable));
        Assert.That(e.Message, Does.Contain("0.3 s").And.Contain("/info"));
    }

    [Test]
    public async Task An_answer_that_stalls_half_way_is_unavailable_too()
    {
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("{");
            await FakeAnswers.Hang(context);
        });
        using var client = engine.Client(answerSeconds: 0.3);
        var e = await Failing.Of(() => client.SendAsync(EngineCall.Get("/info"), default));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Unavailable));
    }

    [Test]
    public async Task The_callers_cancellation_is_no_failure_of_the_engine()
    {
        await using var engine = await FakeEngine.StartAsync(FakeAnswers.Hang);
        using var client = engine.Client();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.CatchAsync<OperationCanceledException>(
            () => client.SendAsync(EngineCall.Get("/info"), cancel.Token));
    }

    [Test]
    public async Task A_missing_socket_and_a_dead_one_are_told_apart()
    {
        var directory = Directory.CreateTempSubdirectory().FullName;
        var missing = await DockerProbe.CheckAsync($"unix://{directory}/none.sock", TimeProvider.System, default);
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            socket.Bind(new UnixDomainSocketEndPoint($"{directory}/dead.sock")); // bound, but nobody listens
        var dead = await DockerProbe.CheckAsync($"unix://{directory}/dead.sock", TimeProvider.System, default);
        Directory.Delete(directory, recursive: true);
        Assert.That(missing, Is.EqualTo(new DockerProbe(
            false, $"there is no Docker engine at unix://{directory}/none.sock: the socket does not exist")));
        Assert.That(dead.Usable, Is.False);
    }

    [Test]
    public void A_forbidden_socket_says_what_to_do()
    {
        var e = EngineFailures.Unreachable("unix:///x", new HttpRequestException("no", new SocketException(
            (int)SocketError.AccessDenied)));
        Assert.That(e.Message, Does.Contain("permission denied").And.Contain("group"));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Unavailable));
    }

    [TestCase("tcp://1.2.3.4:2375")]
    [TestCase("unix://relative")]
    [TestCase("/var/run/docker.sock")]
    public async Task An_address_that_is_no_unix_socket_is_refused_with_an_example(string address)
    {
        var probe = await DockerProbe.CheckAsync(address, TimeProvider.System, default);
        Assert.That(probe.Reason, Does.Contain(address).And.Contain("unix:///var/run/docker.sock"));
        var tooLong = await DockerProbe.CheckAsync("unix:///" + new string('x', 200), TimeProvider.System, default);
        Assert.That(tooLong.Reason, Does.Contain("too long"));
    }

    [Test]
    public async Task After_an_engine_went_away_the_version_is_agreed_anew()
    {
        var drop = true;
        await using var engine = await FakeEngine.StartAsync(context =>
        {
            if (drop)
                context.Abort();
            return context.Json("{}");
        });
        using var client = engine.Client();
        await Failing.Of(() => client.SendAsync(EngineCall.Post("/x"), default));
        drop = false;
        await client.SendAsync(EngineCall.Post("/x"), default);
        Assert.That(engine.Requests.Count(request => request == "GET /_ping"), Is.EqualTo(2));
    }

    [TestCase(404, "No such container: abc", RuntimeFailure.NotFound, "No such container: abc")]
    [TestCase(404, "network x not found", RuntimeFailure.Rejected, "network x not found")]
    [TestCase(409, "container is marked for removal and cannot be started", RuntimeFailure.NotFound, "marked")]
    [TestCase(400, "client version 1.50 is too new", RuntimeFailure.Unavailable, "too new")]
    [TestCase(500, "dial unix /run/containerd/containerd.sock: refused", RuntimeFailure.Unavailable, "containerd")]
    [TestCase(503, "busy", RuntimeFailure.Unavailable, "busy")]
    [TestCase(500, "driver failed: Bind for 0.0.0.0:8080 failed: port is already allocated", RuntimeFailure.Rejected,
        "host port 8080 is already in use on this node: driver failed")]
    [TestCase(500, "listen tcp4 0.0.0.0:81: bind: address already in use", RuntimeFailure.Rejected,
        "host port 81 is already in use on this node")]
    [TestCase(500, "", RuntimeFailure.Rejected, "status 500")]
    public async Task What_the_engine_refuses_is_classified(
        int status, string message, RuntimeFailure failure, string text)
    {
        await using var engine = await FakeEngine.StartAsync(context => message.Length == 0
            ? context.Json("", status)
            : context.Refuse(status, message));
        using var client = engine.Client();
        var reply = await client.SendAsync(EngineCall.Get("/x"), default);
        var e = Assert.Throws<RuntimeException>(() => reply.OrThrow());
        Assert.That(e.Failure, Is.EqualTo(failure));
        Assert.That(e.Message, Does.Contain(text));
    }

    [Test]
    public void Ids_are_escaped_and_cannot_lead_elsewhere()
    {
        Assert.That(EngineCall.Container("a/../b?c", "/json"), Is.EqualTo("/containers/a%2F..%2Fb%3Fc/json"));
        Assert.Throws<RuntimeException>(() => EngineCall.Container(".."));
        Assert.Throws<RuntimeException>(() => EngineCall.Container(""));
    }
}
