using System.Text;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Agents;

[TestFixture]
[CancelAfter(120_000)]
internal sealed class LogStreamTests
{
    private AgentRig _rig = null!;
    private ScriptedManager _manager = null!;
    private ManagerSide _session = null!;

    [SetUp]
    public async Task SetUp()
    {
        _rig = new AgentRig { MaxLogStreams = 4 };
        _manager = await _rig.AddManagerAsync();
        _rig.Start(_manager.Address);
        _session = await _manager.SessionAsync();
        await _session.SendAsync(Assignments.Complete(1, Assignments.Of(1), Assignments.Of(2)));
        await Eventually.TrueAsync(() => _rig.Runtime.CountOf("inspect") == 2, "both tasks run");
    }

    [TearDown]
    public async Task TearDown() => await _rig.DisposeAsync();

    [Test]
    public async Task The_logs_of_all_asked_tasks_come_in_order_on_a_stream_of_their_own()
    {
        _rig.Runtime.LogLines = 1000;

        await AskAsync("r1", follow: false, 1, 2);

        Assert.That(await EndAsync("r1"), Is.EqualTo("complete"));
        Assert.That(_manager.Logs["r1"], Has.Count.EqualTo(2000));
        var ofSecond = _manager.Logs["r1"].Where(line => line.TaskId == Assignments.Id(2)).Select(Text);
        Assert.That(ofSecond, Is.EqualTo(Enumerable.Range(1, 1000).Select(line => $"line {line}\n")));
    }

    [Test]
    public async Task A_followed_log_ends_when_the_manager_cancels_it()
    {
        await AskAsync("r1", follow: true, 1);
        await Eventually.TrueAsync(() => Lines("r1") == 2, "the lines so far have come");
        Assert.That(_rig.Runtime.OpenLogs, Is.EqualTo(1));

        await _session.SendAsync(new LogCancel { RequestId = "r1" });

        await Eventually.TrueAsync(() => _rig.Runtime.OpenLogs == 0, "the runtime's stream is closed");
        Assert.That(await EndAsync("r1"), Is.Not.EqualTo("complete"));
    }

    [Test]
    public async Task A_session_that_ends_closes_its_log_streams()
    {
        await AskAsync("r1", follow: true, 1);
        await Eventually.TrueAsync(() => Lines("r1") == 2, "the lines so far have come");

        _session.Close();

        await Eventually.TrueAsync(() => _rig.Runtime.OpenLogs == 0, "the runtime's stream is closed");
    }

    [Test]
    public async Task A_task_without_readable_log_yields_one_line_that_says_why()
    {
        _rig.Runtime.Before = (call, _) => call.StartsWith("logs", StringComparison.Ordinal)
            ? throw new RuntimeException(RuntimeFailure.Rejected, "the log driver \"none\" cannot be read")
            : Task.CompletedTask;

        await AskAsync("r1", follow: false, 1, 7);
        await EndAsync("r1");

        Assert.That(_manager.Logs["r1"].Select(line => line.Stream), Is.All.EqualTo(LogStream.System));
        Assert.That(_manager.Logs["r1"].Select(Text), Is.EquivalentTo(new[]
        {
            $"no log of task {Assignments.Id(1)}: the log driver \"none\" cannot be read\n",
            $"no log of task {Assignments.Id(7)}: the task has no container on this node\n",
        }));
    }

    [Test]
    public async Task Above_the_limit_a_request_is_told_so()
    {
        for (var request = 0; request < 4; request++)
            await AskAsync($"open{request}", follow: true, 1);
        await Eventually.TrueAsync(() => _rig.Runtime.OpenLogs == 4, "four streams are open");

        await AskAsync("fifth", follow: true, 1);

        Assert.That(await EndAsync("fifth"), Is.EqualTo("complete"));
        Assert.That(Text(_manager.Logs["fifth"].Single()), Does.EndWith("this node sends too many logs already\n"));
        Assert.That(_rig.Runtime.OpenLogs, Is.EqualTo(4));
    }

    [Test]
    public async Task A_thousand_abandoned_streams_leave_no_open_file()
    {
        var before = await OpenFilesAfterAsync(100, "warm");

        await OpenFilesAfterAsync(1000, "many");

        // Other tests' sockets close in the background of this process too: the number has to come down, not to be there at once.
        await Eventually.TrueAsync(
            () => OpenFiles() <= before + 5, "the open files are as few as before", () => $"{before}, now {OpenFiles()}");
        Assert.That(_rig.Runtime.OpenLogs, Is.Zero);
    }

    private async Task<int> OpenFilesAfterAsync(int streams, string name)
    {
        for (var stream = 0; stream < streams; stream++)
        {
            var id = $"{name}{stream}";
            await AskAsync(id, follow: true, 1);
            await Eventually.TrueAsync(() => Lines(id) == 2, "the lines so far have come");
            await _session.SendAsync(new LogCancel { RequestId = id });
            await EndAsync(id);
            await Eventually.TrueAsync(() => _rig.Runtime.OpenLogs == 0, "the runtime's stream is closed");
        }
        return OpenFiles();
    }

    /// <summary>Without the assemblies, which the runtime loads whenever it first needs one.</summary>
    private static int OpenFiles() => Directory.GetFiles("/proc/self/fd")
        .Count(file => new FileInfo(file).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) != true);

    private Task AskAsync(string id, bool follow, params int[] tasks) => _session.SendAsync(new LogRequest
    {
        RequestId = id,
        Tasks = [.. tasks.Select(Assignments.Id)],
        Options = new LogOptions { Follow = follow },
    });

    private async Task<string> EndAsync(string id)
    {
        await Eventually.TrueAsync(() => _manager.LogEnds.ContainsKey(id), $"log call {id} has ended");
        return _manager.LogEnds[id];
    }

    private int Lines(string id) => _manager.Logs.TryGetValue(id, out var lines) ? lines.Count : 0;

    private static string Text(LogLine line) => Encoding.UTF8.GetString(line.Text.Span);
}
