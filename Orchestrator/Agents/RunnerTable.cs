using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>Owns the runners and the work they do.</summary>
internal sealed partial class RunnerTable(AgentContext agent, RuntimeCalls calls, TaskRunnerEvents events) : IDisposable
{
    /// <summary>After a defect in a runner: it goes on, but not in a tight loop.</summary>
    private static readonly TimeSpan DefectDelay = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<TaskId, TaskRunner> _runners = new();
    private readonly Dictionary<TaskId, ContainerObservation> _unclaimed = [];
    private readonly Dictionary<TaskRunner, Task> _work = [];
    private readonly Signal _emptied = new(agent.Clock);
    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _log = agent.Loggers.CreateLogger<RunnerTable>();
    private bool _listed;
    private volatile bool _anyShares;

    public TaskRunner? Find(TaskId task) => _runners.GetValueOrDefault(task);

    public IEnumerable<TaskRunner> All() => _runners.Select(pair => pair.Value);

    public ImmutableArray<TaskRecord> Records() => [.. All().Select(runner => runner.View.Task)];

    /// <param name="found">what the runtime has; null when it does not answer</param>
    public void Restore(ImmutableArray<TaskRecord> tasks, IReadOnlyList<ContainerObservation>? found)
    {
        lock (_lock)
        {
            _listed = found is not null;
            foreach (var container in found ?? [])
                _unclaimed[container.TaskId] = container;
            foreach (var task in tasks)
                Add(task, isFresh: true);
        }
    }

    /// <summary>Takes a new or changed task over; what is known of it then.</summary>
    public TaskRecord Assign(Assignment wanted)
    {
        lock (_lock)
        {
            if (Find(wanted.TaskId) is not { } runner)
                return Add(TaskRecord.New(wanted), isFresh: false);
            runner.Assign(wanted);
            return runner.View.Task;
        }
    }

    /// <summary>A container whose task nobody knows: a runner of its own gets rid of it.</summary>
    public void CleanUp(ContainerObservation container)
    {
        lock (_lock)
        {
            _unclaimed[container.TaskId] = container;
            if (Find(container.TaskId) is null)
                Add(TaskRecord.Leftover(container.TaskId, container.ContainerId), isFresh: false);
        }
    }

    /// <summary>Until cancelled; completes when all work of the runners has ended.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, agent.Clock, ct);
        }
        finally
        {
            await _stop.CancelAsync();
            Task[] rest;
            lock (_lock)
                rest = [.. _work.Values];
            await Task.WhenAll(rest);
        }
    }

    public async Task WhenEmptyAsync(CancellationToken ct)
    {
        while (!_runners.IsEmpty)
            await _emptied.WaitAsync(ct);
    }

    public void Dispose() => _stop.Dispose();

    /// <param name="isFresh">the listing is of this moment; an older one tells which container, not how it is</param>
    private TaskRecord Add(TaskRecord task, bool isFresh)
    {
        _unclaimed.Remove(task.TaskId, out var container);
        var seen = _listed && (isFresh || container is null) ? Sighting.Of(container) : Sighting.Unknown;
        _anyShares |= !task.Assignment.Shared.IsEmpty;
        if (container is not null)
            task = task with { ContainerId = container.ContainerId };
        var runner = new TaskRunner(
            new TaskView(task, seen), agent, calls, events with { StatusChanged = StatusChanged });
        _runners[task.TaskId] = runner;
        if (!_stop.IsCancellationRequested)
            _work[runner] = WorkAsync(runner, _stop.Token);
        events.Changed();
        return task;
    }

    private async Task WorkAsync(TaskRunner runner, CancellationToken ct)
    {
        // Whoever assigns does not wait for the first steps.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await runner.RunAsync(ct);
                Remove(runner);
                return;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogDefect(runner.TaskId.Value, e);
                await Task.Delay(DefectDelay, agent.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Those that share something of a task that runs need not wait any more.</summary>
    private void StatusChanged(TaskId task, TaskStatus status)
    {
        events.StatusChanged(task, status);
        if (status.State != TaskState.Running || !_anyShares)
            return;
        foreach (var runner in All())
            if (runner.View.Task.Assignment.Shared.Any(shared => shared.TaskId == task))
                runner.Retry();
    }

    private void Remove(TaskRunner runner)
    {
        lock (_lock)
        {
            _runners.TryRemove(KeyValuePair.Create(runner.TaskId, runner));
            _work.Remove(runner);
        }
        events.Changed();
        if (_runners.IsEmpty)
            _emptied.Set();
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "task {Task}: a defect of swarmnet stopped its work; it is taken up again")]
    private partial void LogDefect(string task, Exception e);
}
