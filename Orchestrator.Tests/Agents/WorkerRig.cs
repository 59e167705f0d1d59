using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Agents;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Agents;

/// <summary>A worker on a fake runtime and a fake clock, without managers: the test is the manager.</summary>
internal sealed class WorkerRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TestPki _pki = new();
    private readonly RuntimeCalls _calls;
    private readonly ContainerDirectory _directory;
    private readonly RunnerTable _runners;
    private Task _work = Task.CompletedTask;

    public WorkerRig(FakeTimeProvider? clock = null, FakeRuntime? runtime = null, int parallelism = 16)
    {
        Clock = clock ?? new FakeTimeProvider();
        Runtime = runtime ?? new FakeRuntime(Clock);
        Outbox = new StatusOutbox(Clock);
        var options = new AgentOptions { DataDirectory = "/nowhere", Hostname = "alpha", Parallelism = parallelism };
        var context = new AgentContext(options, Runtime, new LiveIdentity(_pki.Worker()), Clock)
        {
            Loggers = NullLoggerFactory.Instance,
            Chance = new Chance(() => 0),
        };
        _directory = new ContainerDirectory(Runtime, Clock);
        _calls = new RuntimeCalls(context, _directory, () => new NodeDescription { Hostname = "alpha" });
        _runners = new RunnerTable(context, _calls, new TaskRunnerEvents
        {
            Changed = () => { },
            StatusChanged = Report,
            CallFailed = (task, call, e) => Failed.Enqueue($"{call.GetType().Name}: {e.Message}"),
        });
        Worker = new Worker(context, _runners, Outbox, _directory);
    }

    public FakeTimeProvider Clock { get; }

    public FakeRuntime Runtime { get; }

    public Worker Worker { get; }

    public StatusOutbox Outbox { get; }

    public ConcurrentQueue<string> Failed { get; } = new();

    public ConcurrentDictionary<TaskId, ImmutableArray<TaskStatus>> Reports { get; } = new();

    public int TaskCount => _runners.Records().Length;

    public async Task<WorkerRig> StartAsync(params TaskRecord[] restored)
    {
        await Worker.RestoreAsync([.. restored], _stop.Token);
        _work = Worker.RunAsync(_stop.Token);
        return this;
    }

    public TaskStatus? StatusOf(int task) => Reports.TryGetValue(Assignments.Id(task), out var all) ? all[^1] : null;

    public Task UntilAsync(int task, TaskState state) => Eventually.TrueAsync(
        () => StatusOf(task)?.State == state,
        $"task {task} is {state}",
        () => $"it is {StatusOf(task)}; calls: {string.Join(", ", Runtime.Calls)}; "
            + $"failed: {string.Join(", ", Failed)}");

    public Task UntilForgottenAsync(int task) => Eventually.TrueAsync(
        () => _runners.Find(Assignments.Id(task)) is null,
        $"task {task} is forgotten",
        () => $"calls: {string.Join(", ", Runtime.Calls)}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        Worker.Dispose();
        _calls.Dispose();
        _directory.Dispose();
        _pki.Dispose();
        _stop.Dispose();
    }

    private void Report(TaskId task, TaskStatus status)
    {
        Reports.AddOrUpdate(task, _ => [status], (_, before) => before.Add(status));
        Outbox.Put(task, status);
    }
}
