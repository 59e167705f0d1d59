using System.Buffers.Binary;
using System.Text;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

public sealed class LogEndpointTests
{
    private ApiHost host = null!;
    private Service service = null!;

    [SetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartManagerAsync();
        service = await host.CreateServiceAsync("web");
    }

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task One_frame_is_one_line_with_stream_and_length()
    {
        var task = await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        host.Logs.Say(task.Id, "hello\n");
        host.Logs.Say(task.Id, "bad\n", LogStream.Stderr);
        host.Logs.End(task.Id);
        using var response = await host.Client.GetAsync("/v1.50/services/web/logs?stdout=1&stderr=1&tail=all");
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/vnd.docker.multiplexed-stream"));
        Assert.That(await FramesAsync(await response.Content.ReadAsStreamAsync()), Is.EqualTo(new[] { "1:hello\n", "2:bad\n" }));
    }

    [Test]
    public async Task Details_and_time_come_before_the_text()
    {
        var task = await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        host.Logs.Say(task.Id, "hello\n");
        host.Logs.End(task.Id);
        var stream = await host.Client.GetStreamAsync("/services/web/logs?stdout=1&details=1&timestamps=1");
        Assert.That(await FramesAsync(stream), Is.EqualTo(new[]
        {
            $"1:2026-11-20T17:54:01.123456700Z com.docker.swarm.node.id={FakeNode.Id},"
                + $"com.docker.swarm.service.id={service.Id},com.docker.swarm.task.id={task.Id} hello\n",
        }));
    }

    [TestCase("stdout=1&tail=all", true, false, -1)]
    [TestCase("stdout=1&stderr=1&tail=5", true, true, 5)]
    [TestCase("stderr=true", false, true, -1)]
    public async Task Arguments_reach_the_agents(string query, bool stdout, bool stderr, int tail)
    {
        var task = await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        host.Logs.End(task.Id);
        Assert.That((await host.GetAsync($"/tasks/{task.Id}/logs?{query}&since=1.5")).Status, Is.EqualTo(200));
        Assert.That(host.Logs.LastOptions, Is.EqualTo(new LogOptions
        {
            Stdout = stdout, Stderr = stderr, Tail = tail, Since = DateTimeOffset.UnixEpoch.AddSeconds(1.5),
        }));
    }

    [TestCase("", "Bad parameters: you must choose at least one stream")]
    [TestCase("stdout=1&tail=x", "tail value must be a positive integer or \"all\"")]
    [TestCase("stdout=1&tail=-1", "tail value must be a positive integer or \"all\"")]
    [TestCase("stdout=1&since=yesterday", "invalid value for since")]
    public async Task Bad_arguments_are_refused(string query, string message)
    {
        var answer = await host.GetAsync($"/services/web/logs?{query}");
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Message, Does.StartWith(message));
    }

    [Test]
    public async Task Lines_of_a_terminal_are_not_framed()
    {
        await host.PostAsync("/services/create", """{"Name":"tty","TaskTemplate":{"ContainerSpec":{"Image":"a","TTY":true}}}""");
        var task = await host.AddTaskAsync(host.State.ServiceNamed("tty")!, 1, TaskState.Running, FakeNode.Id.Value);
        host.Logs.Say(task.Id, "raw\r\n");
        host.Logs.End(task.Id);
        var answer = await host.GetAsync("/services/tty/logs?stdout=1");
        Assert.That(answer.Body, Is.EqualTo("raw\r\n"));
        Assert.That(answer.ContentType, Is.EqualTo("application/vnd.docker.raw-stream"));
    }

    [Test]
    public async Task What_could_not_be_read_is_said_at_the_end_so_that_the_rest_is_seen()
    {
        var task = await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        host.Logs.Say(task.Id, "node is down\n", LogStream.System);
        host.Logs.Say(task.Id, "hello\n");
        host.Logs.End(task.Id);
        var stream = await host.Client.GetStreamAsync("/services/web/logs?stdout=1");
        Assert.That(await FramesAsync(stream),
            Is.EqualTo(new[] { "1:hello\n", $"3:incomplete log: task {task.Id}: node is down" }));
    }

    [Test]
    public async Task Followed_lines_come_at_once_and_later_tasks_are_picked_up()
    {
        var first = await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        await using var stream = await FollowAsync();
        host.Logs.Say(first.Id, "one\n");
        Assert.That(await FrameAsync(stream), Is.EqualTo("1:one\n"));
        var second = await host.AddTaskAsync(service, 2, TaskState.Assigned, FakeNode.Id.Value);
        host.Logs.Say(second.Id, "two\n");
        await host.ApplyAsync(Change.Update(second with { Status = new TaskStatus { State = TaskState.Running } }));
        Assert.That(await FrameAsync(stream), Is.EqualTo("1:two\n"));
        Assert.That(host.Logs.LastOptions!.Tail, Is.EqualTo(-1));
    }

    [Test]
    public async Task Following_ends_with_the_service()
    {
        var task = await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        await using var stream = await FollowAsync();
        host.Logs.Say(task.Id, "one\n");
        await host.SendAsync("DELETE", "/services/web");
        host.Logs.End(task.Id);
        Assert.That(await FramesAsync(stream), Is.EqualTo(new[] { "1:one\n" }));
    }

    [Test]
    public async Task A_client_that_leaves_stops_the_readers()
    {
        await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        await (await FollowAsync()).DisposeAsync();
        await host.Logs.Cancelled.Task.WaitAsync(ApiHost.Patience);
    }

    [Test]
    public async Task Many_lines_arrive_whole_and_in_order()
    {
        var task = await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        var lines = Enumerable.Range(0, 100).Select(at => $"line {at} {new string('x', 5_000)}\n").ToArray();
        foreach (var line in lines)
            host.Logs.Say(task.Id, line);
        host.Logs.End(task.Id);
        var frames = await FramesAsync(await host.Client.GetStreamAsync("/services/web/logs?stdout=1"));
        Assert.That(frames, Is.EqualTo(lines.Select(line => $"1:{line}")));
    }

    [Test]
    public async Task A_reader_that_fails_cuts_the_log_off_visibly()
    {
        var task = await host.AddTaskAsync(service, 1, TaskState.Running, FakeNode.Id.Value);
        await using var stream = await FollowAsync();
        host.Logs.Say(task.Id, "one\n");
        Assert.That(await FrameAsync(stream), Is.EqualTo("1:one\n"));
        host.Logs.Fail(task.Id);
        Assert.That(() => FrameAsync(stream), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task A_task_that_never_started_has_no_log()
    {
        await host.AddTaskAsync(service, 1, TaskState.Rejected, FakeNode.Id.Value);
        await host.AddTaskAsync(service, 2, TaskState.Pending);
        Assert.That((await host.GetAsync("/services/web/logs?stdout=1")).Body, Is.Empty);
    }

    private async Task<Stream> FollowAsync()
    {
        var response = await host.Client.GetAsync(
            "/v1.41/services/web/logs?stdout=1&follow=1&tail=3", HttpCompletionOption.ResponseHeadersRead);
        return await response.Content.ReadAsStreamAsync();
    }

    private static async Task<List<string>> FramesAsync(Stream stream)
    {
        var frames = new List<string>();
        while (await FrameAsync(stream) is { } frame)
            frames.Add(frame);
        return frames;
    }

    private static async Task<string?> FrameAsync(Stream stream)
    {
        using var patience = new CancellationTokenSource(ApiHost.Patience);
        var header = new byte[8];
        if (await stream.ReadAtLeastAsync(header, 8, throwOnEndOfStream: false, patience.Token) < 8)
            return null;
        var text = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4))];
        await stream.ReadExactlyAsync(text, patience.Token);
        return $"{header[0]}:{Encoding.UTF8.GetString(text)}";
    }
}
