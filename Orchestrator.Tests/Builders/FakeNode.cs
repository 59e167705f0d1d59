using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Orchestrator.Api;
using Orchestrator.Api.Doctor;
using Orchestrator.Model;

namespace Orchestrator.Tests.Builders;

/// <summary>A node that remembers what it was told.</summary>
internal sealed class FakeNode : ILocalNode
{
    public static readonly NodeId Id = new("manager1id");

    public LocalNodeStatus Status { get; set; } = new();

    public LocalEngine Engine { get; set; } = new()
    {
        Hostname = "manager1", DaemonVersion = "0.1.0", Runtime = "docker", RuntimeVersion = "28.2.2", Cpus = 2,
        Architecture = "x86_64", KernelVersion = "6.18", MemoryBytes = 4L << 30, Plugins = ["Volume/local", "Log/json-file"],
    };

    public InitCommand? Init { get; private set; }

    public JoinCommand? Join { get; private set; }

    public bool? LeftByForce { get; private set; }

    public Task<string> InitAsync(InitCommand command, CancellationToken ct)
    {
        Init = command;
        return Task.FromResult(Id.Value);
    }

    public Task JoinAsync(JoinCommand command, CancellationToken ct)
    {
        Join = command;
        return Task.CompletedTask;
    }

    public Task LeaveAsync(bool force, CancellationToken ct)
    {
        LeftByForce = force;
        return Task.CompletedTask;
    }

    public HostFacts? Facts { get; set; }

    public Task<HostFacts> ExamineAsync(CancellationToken ct) => Task.FromResult(Facts!);

    public RestoreCommand? Restore { get; private set; }

    /// <summary>What came after the command.</summary>
    public byte[] Backup { get; private set; } = [];

    public async Task<RestoredCluster> RestoreAsync(RestoreCommand command, Stream backup, CancellationToken ct)
    {
        using var content = new MemoryStream();
        await backup.CopyToAsync(content, ct);
        (Restore, Backup) = (command, content.ToArray());
        return new RestoredCluster(Id, TimeProvider.System.GetUtcNow(), Services: 3, FormerManagers: 1);
    }
}

/// <summary>Logs that are written by the test while someone reads them.</summary>
internal sealed class FakeLogs : ITaskLogs
{
    private readonly Dictionary<TaskId, Channel<LogLine>> logs = [];
    private readonly Lock gate = new();

    public LogOptions? LastOptions { get; private set; }

    /// <summary>Completes when a reader was told that nobody listens any more.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Say(TaskId task, string text, LogStream stream = LogStream.Stdout) => Of(task).Writer.TryWrite(new LogLine
    {
        TaskId = task,
        Stream = stream,
        Timestamp = new DateTimeOffset(2026, 11, 20, 17, 54, 1, TimeSpan.Zero).AddTicks(1_234_567),
        Text = System.Text.Encoding.UTF8.GetBytes(text),
    });

    public void End(TaskId task) => Of(task).Writer.Complete();

    public void Fail(TaskId task) => Of(task).Writer.Complete(new InvalidDataException("bad frame"));

    public async IAsyncEnumerable<LogLine> ReadAsync(
        IReadOnlyList<ServiceTask> tasks, LogOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        LastOptions = options;
        using var registration = ct.Register(() => Cancelled.TrySetResult());
        foreach (var task in tasks)
            await foreach (var line in Of(task.Id).Reader.ReadAllAsync(ct))
                yield return line;
    }

    private Channel<LogLine> Of(TaskId task)
    {
        lock (gate)
            return logs.TryGetValue(task, out var log) ? log : logs[task] = Channel.CreateBounded<LogLine>(100);
    }
}
