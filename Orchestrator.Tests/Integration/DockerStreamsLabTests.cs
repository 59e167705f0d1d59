using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Tests.Runtime.Docker;

namespace Orchestrator.Tests.Integration;

/// <summary>Logs and events of a real engine, and an engine that fails.</summary>
[Category("Lab")]
[NonParallelizable]
public sealed class DockerStreamsLabTests : DockerLab
{
    private const int AbandonedStreams = 1000;

    [Test]
    public async Task A_log_comes_whole_by_tail_by_time_and_by_stream()
    {
        var id = await EndedAsync("for i in 1 2 3 4; do echo out$i; sleep 0.05; done; echo err >&2; printf rest");
        var all = await LinesAsync(id, new LogOptions());
        Assert.That(all.Select(line => $"{line.Stream}:{Text(line)}"), Is.EqualTo(new[]
        {
            "Stdout:out1\n", "Stdout:out2\n", "Stdout:out3\n", "Stdout:out4\n", "Stderr:err\n", "Stdout:rest",
        }));
        Assert.That(all.Select(line => line.Timestamp), Is.Ordered);
        Assert.That(await TextsAsync(id, new LogOptions { Tail = 2 }), Is.EqualTo(new[] { "err\n", "rest" }));
        Assert.That(await TextsAsync(id, new LogOptions { Tail = 0 }), Is.Empty);
        Assert.That(await TextsAsync(id, new LogOptions { Stdout = false }), Is.EqualTo(new[] { "err\n" }));
        Assert.That((await TextsAsync(id, new LogOptions { Since = all[2].Timestamp }))[0], Is.EqualTo("out3\n"));
    }

    [Test]
    public async Task A_terminals_log_is_read_as_it_is()
    {
        var id = await EndedAsync(
            RuntimeTasks.Shell("echo one; head -c 40000 /dev/zero | tr '\\0' x; echo; echo two") with { Tty = true });
        var lines = await TextsAsync(id, new LogOptions());
        Assert.That(lines, Is.EqualTo(new[] { "one\r\n", new string('x', 40000) + "\r\n", "two\r\n" }));
        Assert.That(await TextsAsync(id, new LogOptions { Tail = 1 }), Is.EqualTo(new[] { "two\r\n" }));
    }

    [Test]
    public async Task A_long_line_is_one_line_up_to_64_KiB()
    {
        var id = await EndedAsync(
            "head -c 50000 /dev/zero | tr '\\0' x; echo; head -c 70000 /dev/zero | tr '\\0' y; echo");
        var lengths = (await LinesAsync(id, new LogOptions())).Select(line => line.Text.Length);
        Assert.That(lengths, Is.EqualTo(new[] { 50001, 65536, 70001 - 65536 }));
    }

    [Test]
    public async Task A_followed_log_shows_a_line_when_it_is_written_and_ends_with_the_container()
    {
        var id = await StartAsync(Next("echo ready; while [ ! -e /tmp/go ]; do sleep 0.05; done; echo done"));
        var container = (await Engine.InspectAsync(id, default))!;
        using var limit = new CancellationTokenSource(Patience);
        var seen = new List<string>();
        await foreach (var line in Engine.LogsAsync(container, new LogOptions { Follow = true }, limit.Token))
        {
            seen.Add(Text(line));
            if (seen.Count == 1)
                await Lab.DockerAsync(1, "exec", id, "touch", "/tmp/go");
        }
        Assert.That(seen, Is.EqualTo(new[] { "ready\n", "done\n" }));
    }

    [Test]
    public async Task A_log_that_cannot_be_read_says_so()
    {
        var id = await StartAsync(Next("echo x; sleep 60") with { LogDriver = new DriverConfig { Name = "none" } });
        var e = await Failing.Of(() => LinesAsync(id, new LogOptions()));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(e.Message, Does.Contain("does not support reading"));
        await Engine.RemoveAsync(id, default);
    }

    [Test]
    public async Task Open_files_stay_flat_over_a_thousand_abandoned_streams()
    {
        var id = await StartAsync(Next("while :; do echo tick; sleep 0.01; done"));
        var container = (await Engine.InspectAsync(id, default))!;
        await AbandonAsync(container, 20);
        var (ours, engines) = (OpenFiles("self"), OpenFiles(EnginePid));
        await AbandonAsync(container, AbandonedStreams);
        // What the kernel and the engine close a moment later may still count: a leak would be a thousand.
        Assert.That(OpenFiles("self"), Is.LessThan(ours + 20), "open files here");
        Assert.That(OpenFiles(EnginePid), Is.LessThan(engines + 100), "open files of the engine");
    }

    [Test]
    public async Task Events_go_on_after_the_engine_was_killed_and_started_again()
    {
        var id = await StartAsync(Next("sleep 1000"));
        await using var changes = Engine.WatchAsync(default).GetAsyncEnumerator();
        await WaitForEventAsync(changes, null);
        await Lab.CrashEngine(1);
        var away = await Failing.Of(() => Engine.InspectAsync(id, default));
        Assert.That(away.Failure, Is.EqualTo(RuntimeFailure.Unavailable));
        await Lab.StartEngine(1);
        await WaitForEventAsync(changes, null);
        var dead = (await Engine.ListAsync(default)).Single();
        Assert.That(dead.State, Is.EqualTo(ContainerState.Exited));
        Assert.That(dead.ExitCode, Is.Not.Null.And.Not.Zero);
        await Engine.StartAsync(id, default);
        await WaitForEventAsync(changes, id);
        Assert.That((await Engine.InspectAsync(id, default))!.State, Is.EqualTo(ContainerState.Running));
    }

    [Test]
    public async Task An_engine_that_hangs_is_unavailable_in_time_and_usable_again_when_it_goes_on()
    {
        var id = await StartAsync(Next("sleep 1000"));
        await Lab.HangEngine(1);
        try
        {
            var clock = Stopwatch.StartNew();
            var e = await Failing.Of(() => Engine.InspectAsync(id, default));
            Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Unavailable));
            Assert.That(e.Message, Does.Contain("did not answer"));
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(15)));
        }
        finally
        {
            await Lab.ResumeEngine(1);
        }
        Assert.That((await Engine.InspectAsync(id, default))!.State, Is.EqualTo(ContainerState.Running));
    }

    private async Task AbandonAsync(ContainerObservation container, int streams)
    {
        using var limit = new CancellationTokenSource(3 * Patience);
        var options = new LogOptions { Follow = true, Tail = 1 };
        for (var i = 0; i < streams; i++)
        {
            await foreach (var _ in Engine.LogsAsync(container, options, limit.Token))
                break;
        }
    }

    private string EnginePid => Lab.EnginePid(1).ToString(CultureInfo.InvariantCulture);

    private static int OpenFiles(string process) => Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count();

    private Task<string> EndedAsync(string script) => EndedAsync(RuntimeTasks.Shell(script));

    private async Task<string> EndedAsync(ContainerSpec spec)
    {
        var id = await StartAsync(Next(spec));
        await WaitForAsync(id, seen => seen.State == ContainerState.Exited);
        return id;
    }

    private async Task<string[]> TextsAsync(string id, LogOptions options) =>
        [.. (await LinesAsync(id, options)).Select(Text)];

    private async Task<List<LogLine>> LinesAsync(string id, LogOptions options)
    {
        using var limit = new CancellationTokenSource(Patience);
        var container = (await Engine.InspectAsync(id, limit.Token))!;
        var lines = new List<LogLine>();
        await foreach (var line in Engine.LogsAsync(container, options, limit.Token))
            lines.Add(line);
        return lines;
    }

    private static string Text(LogLine line) => Encoding.UTF8.GetString(line.Text.Span);
}
