using System.Text;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Processes;

namespace Orchestrator.Tests.Runtime.Processes;

[Parallelizable(ParallelScope.None)]
public sealed class ProcessLogTests
{
    private ProcessHost _host = null!;

    [SetUp]
    public void SetUp() => _host = new ProcessHost();

    [TearDown]
    public async Task TearDown() => await _host.DisposeAsync();

    [Test]
    public async Task Streams_tail_and_since_choose_lines()
    {
        var before = TimeProvider.System.GetUtcNow();
        var id = (await _host.RunAsync("for i in 1 2 3 4; do echo o$i; echo e$i >&2; done; printf end")).ContainerId;

        Assert.That(await _host.LogAsync(id, new LogOptions { Stderr = false }), Is.EqualTo("o1\no2\no3\no4\nend"));
        Assert.That(await _host.LogAsync(id, new LogOptions { Stdout = false, Tail = 2 }), Is.EqualTo("e3\ne4\n"));
        Assert.That(await _host.LogAsync(id, new LogOptions { Tail = 0, Follow = true }), Is.Empty);
        Assert.That(await _host.LogAsync(id, new LogOptions { Since = before, Stdout = false }),
            Is.EqualTo("e1\ne2\ne3\ne4\n"));
        Assert.That(await _host.LogAsync(id, new LogOptions { Since = TimeProvider.System.GetUtcNow() }), Is.Empty);
    }

    [Test]
    public async Task A_long_line_comes_in_pieces_and_every_byte_of_it()
    {
        var id = (await _host.RunAsync("head -c 200000 /dev/zero | tr '\\0' x; echo")).ContainerId;
        var sizes = new List<int>();
        await foreach (var line in _host.Runtime.LogsAsync(
            new ContainerObservation(id, new TaskId(id), ContainerState.Exited), new LogOptions(), default))
            sizes.Add(line.Text.Length);

        Assert.That(sizes, Is.EqualTo(new[] { 65536, 65536, 65536, 200001 - (3 * 65536) }));
    }

    [Test]
    public async Task A_rotated_log_keeps_the_newest_lines_within_its_limit()
    {
        var task = ProcessHost.Shell("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done") with
        {
            LogDriver = new DriverConfig { Options = StringMap.Empty.Add("max-size", "20k").Add("max-file", "3") },
        };
        var id = (await _host.RunAsync(task)).ContainerId;

        var lines = (await _host.LogAsync(id)).TrimEnd('\n').Split('\n');
        var files = Directory.GetFiles(_host.PathOf(id, ""), "log.*");
        Assert.That(files, Has.Length.EqualTo(3));
        Assert.That(files.Sum(file => new FileInfo(file).Length), Is.LessThanOrEqualTo(3 * 20 << 10));
        var first = 3000 - lines.Length;
        Assert.That(lines, Is.EqualTo(Enumerable.Range(first, lines.Length).Select(i => $"line {i}")));
        Assert.That(first, Is.GreaterThan(0));
    }

    [Test]
    public async Task A_follower_reads_over_rotations_and_ends_with_the_task()
    {
        var gate = Path.Combine(_host.DataDir, "gate");
        var task = ProcessHost.Shell(
            $"mkfifo {gate}; i=0; while [ $i -lt 900 ]; do echo line $i; i=$((i+1)); done; "
            + $"read x <{gate}; echo last") with
        {
            LogDriver = new DriverConfig { Options = StringMap.Empty.Add("max-size", "10k").Add("max-file", "20") },
        };
        var id = await _host.StartAsync(task);
        await _host.FirstLineAsync(id);
        var follow = _host.LogAsync(id);
        await _host.RunAsync($"echo go >{gate}");

        Assert.That(await follow,
            Is.EqualTo(string.Concat(Enumerable.Range(0, 900).Select(i => $"line {i}\n")) + "last\n"));
    }

    [Test]
    public async Task A_thousand_abandoned_streams_leave_no_file_open()
    {
        var id = await _host.StartAsync(ProcessHost.Shell("echo up; sleep 1000"));
        await _host.FirstLineAsync(id);
        var before = Directory.GetFiles("/proc/self/fd").Length;

        for (var i = 0; i < 1000; i++)
        {
            using var leave = new CancellationTokenSource();
            try
            {
                await foreach (var line in _host.Runtime.LogsAsync(
                    new ContainerObservation(id, new TaskId(id), ContainerState.Running),
                    new LogOptions { Follow = true },
                    leave.Token))
                {
                    if (i % 2 == 0)
                        break;
                    await leave.CancelAsync();
                }
            }
            catch (OperationCanceledException)
            {
                continue;
            }
        }

        Assert.That(Directory.GetFiles("/proc/self/fd"), Has.Length.LessThan(before + 20));
    }

    [Test]
    public async Task A_log_that_cannot_be_written_costs_lines_and_says_so()
    {
        var directory = new TaskDirectory(_host.DataDir, "x");
        var plan = new TaskPlan { TaskId = new TaskId("x"), ClusterId = ProcessHost.Cluster, Argv = ["x"] };
        using (var log = new TaskLogWriter(directory, plan, TimeProvider.System))
        {
            log.Append(LogStream.Stdout, "lost\nalso lost\n"u8);
            Directory.CreateDirectory(directory.Path);
            log.Append(LogStream.Stdout, "kept\n"u8);
        }

        var text = new StringBuilder();
        await foreach (var line in new LogReader(directory, () => true, TimeProvider.System)
            .ReadAsync(new LogOptions(), default))
            text.Append(line.Stream).Append(' ').Append(Encoding.UTF8.GetString(line.Text.Span));
        Assert.That(text.ToString(),
            Is.EqualTo("System 2 lines were lost: the log could not be written\nStdout kept\n"));
    }
}
