using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Orchestrator.Model;
using Orchestrator.Runtime;

namespace Orchestrator.Tests.Builders;

/// <summary>A container runtime in memory that does what the test tells it to.</summary>
internal sealed class FakeRuntime(TimeProvider clock) : IContainerRuntime
{
    private readonly ConcurrentDictionary<string, ContainerObservation> _containers = new();
    private readonly Channel<RuntimeEvent> _events = Channel.CreateBounded<RuntimeEvent>(10_000);
    private readonly ConcurrentQueue<string> _calls = new();
    private int _nextPid = 100;
    private int _openLogs;

    public string Kind => "fake";

    /// <summary>Runs before each call, with its name: may throw or wait.</summary>
    public Func<string, CancellationToken, Task> Before { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>What a container looks like when it has started.</summary>
    public Func<ContainerObservation, ContainerObservation> OnStart { get; set; } = static container => container;

    /// <summary>Stop signals are answered with this exit code; null = only the kill ends it.</summary>
    public int StopCode { get; set; } = 143;

    public bool SendsEvents { get; set; } = true;

    public int LogLines { get; set; } = 2;

    public ImmutableSortedDictionary<string, string> EngineLabels { get; set; } = StringMap.Empty;

    public ConcurrentDictionary<TaskId, RuntimeTask> Prepared { get; } = new();

    public IReadOnlyList<string> Calls => [.. _calls];

    public int OpenLogs => Volatile.Read(ref _openLogs);

    public IReadOnlyList<ContainerObservation> Containers => [.. _containers.Values];

    public static string ContainerIdOf(TaskId task) => $"c-{task}";

    public int CountOf(string call) =>
        _calls.Count(made => made == call || made.StartsWith(call + " ", StringComparison.Ordinal));

    /// <summary>Something happens to a container without anybody's call.</summary>
    public void Change(TaskId task, Func<ContainerObservation, ContainerObservation> change)
    {
        var id = ContainerIdOf(task);
        _containers[id] = change(_containers[id]);
        Notify(id);
    }

    public void Exit(TaskId task, int? code) => Change(
        task, container => container with { State = ContainerState.Exited, ExitCode = code, Pid = 0 });

    /// <summary>Somebody else deletes it.</summary>
    public void Lose(TaskId task)
    {
        _containers.TryRemove(ContainerIdOf(task), out _);
        Notify(ContainerIdOf(task));
    }

    public void Add(ContainerObservation container) => _containers[container.ContainerId] = container;

    public async Task<NodeDescription> DescribeAsync(CancellationToken ct)
    {
        await CallAsync("describe", ct);
        return new NodeDescription
        {
            Runtime = Kind,
            EngineVersion = "1.0",
            EngineLabels = EngineLabels,
            Platform = new() { Os = "linux", Architecture = "x86_64" },
        };
    }

    public async Task<string> PrepareAsync(RuntimeTask task, CancellationToken ct)
    {
        await CallAsync($"prepare {task.TaskId}", ct);
        Prepared[task.TaskId] = task;
        var id = ContainerIdOf(task.TaskId);
        _containers.TryAdd(id, new ContainerObservation(id, task.TaskId, ContainerState.Created));
        return id;
    }

    public async Task StartAsync(string containerId, CancellationToken ct)
    {
        await CallAsync($"start {containerId}", ct);
        var started = Require(containerId) with
        {
            State = ContainerState.Running,
            Pid = Interlocked.Increment(ref _nextPid),
            ExitCode = null,
            StartedAt = clock.GetUtcNow(),
        };
        _containers[containerId] = OnStart(started);
        Notify(containerId);
    }

    public async Task StopAsync(string containerId, TimeSpan grace, CancellationToken ct)
    {
        await CallAsync($"stop {containerId} {grace.TotalSeconds}", ct);
        var container = Require(containerId);
        if (container.State != ContainerState.Running)
            return;
        _containers[containerId] = container with { State = ContainerState.Exited, ExitCode = StopCode, Pid = 0 };
        Notify(containerId);
    }

    public async Task RemoveAsync(string containerId, CancellationToken ct)
    {
        await CallAsync($"remove {containerId}", ct);
        _containers.TryRemove(containerId, out _);
        Notify(containerId);
    }

    public async Task<ContainerObservation?> InspectAsync(string containerId, CancellationToken ct)
    {
        await CallAsync($"inspect {containerId}", ct);
        return _containers.GetValueOrDefault(containerId);
    }

    public async Task<IReadOnlyList<ContainerObservation>> ListAsync(CancellationToken ct)
    {
        await CallAsync("list", ct);
        return Containers;
    }

    public IAsyncEnumerable<RuntimeEvent> WatchAsync(CancellationToken ct) => _events.Reader.ReadAllAsync(ct);

    public async IAsyncEnumerable<LogLine> LogsAsync(
        ContainerObservation container, LogOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        Interlocked.Increment(ref _openLogs);
        try
        {
            await CallAsync($"logs {container.ContainerId}", ct);
            for (var line = 1; line <= LogLines; line++)
            {
                yield return new LogLine
                {
                    TaskId = container.TaskId,
                    Stream = LogStream.Stdout,
                    Timestamp = clock.GetUtcNow(),
                    Text = Encoding.UTF8.GetBytes($"line {line}\n"),
                };
            }
            if (options.Follow)
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, ct);
        }
        finally
        {
            Interlocked.Decrement(ref _openLogs);
        }
    }

    public Task<ContainerStats> StatsAsync(string containerId, CancellationToken ct) =>
        Task.FromResult(new ContainerStats(0, 0, 0, 0));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task CallAsync(string call, CancellationToken ct)
    {
        _calls.Enqueue(call);
        await Before(call, ct);
    }

    private ContainerObservation Require(string containerId) => _containers.GetValueOrDefault(containerId)
        ?? throw new RuntimeException(RuntimeFailure.NotFound, $"no such container: {containerId}");

    private void Notify(string containerId)
    {
        if (SendsEvents)
            _events.Writer.TryWrite(new RuntimeEvent(containerId));
    }
}
