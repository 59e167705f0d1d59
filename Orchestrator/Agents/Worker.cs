using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>
/// Runs what the managers assign: one runner a task, hints from the runtime, and a slow look at everything.
/// </summary>
internal sealed partial class Worker : IDisposable
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly AgentContext _agent;
    private readonly StatusOutbox _outbox;
    private readonly RunnerTable _runners;
    private readonly ContainerDirectory _directory;
    private readonly Signal _sweep;
    private readonly ILogger _log;
    private bool _knowsAll;

    public Worker(AgentContext agent, RunnerTable runners, StatusOutbox outbox, ContainerDirectory directory)
    {
        (_agent, _runners, _outbox, _directory) = (agent, runners, outbox, directory);
        _sweep = new Signal(agent.Clock);
        _log = agent.Loggers.CreateLogger<Worker>();
    }

    /// <summary>
    /// Takes up the tasks of an earlier run, with what the runtime says of them now, if it answers soon.
    /// </summary>
    public async Task RestoreAsync(ImmutableArray<TaskRecord> tasks, CancellationToken ct)
    {
        try
        {
            var found = await Timed.RunAsync(_directory.ListAsync, FirstLook, _agent.Clock, ct);
            _runners.Restore(tasks, found);
            LogRestored(tasks.Length, found.Count);
        }
        catch (RuntimeException e)
        {
            _runners.Restore(tasks, null);
            LogNoList(e);
        }
    }

    /// <summary>Until cancelled. The tasks themselves go on running.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await Task.WhenAll(_runners.RunAsync(ct), WatchAsync(ct), SweepAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }

    /// <summary>A set that fits: the caller has compared the versions.</summary>
    public void Apply(AssignmentSet set)
    {
        foreach (var wanted in set.Put)
        {
            var task = _runners.Assign(wanted);
            if (set.Complete && !task.IsKnownAs(wanted.Known))
                _outbox.Put(task.TaskId, task.Status);
        }
        foreach (var task in set.Complete ? NotIn(set) : set.Removed)
            Drop(task);
        if (!set.Complete)
            return;
        Volatile.Write(ref _knowsAll, true);
        _sweep.Set();
    }

    /// <summary>Stops and removes every task; completes when nothing is left.</summary>
    /// <exception cref="RuntimeException">the runtime does not answer; the tasks are stopped when it does</exception>
    public async Task StopAllAsync(CancellationToken ct)
    {
        Volatile.Write(ref _knowsAll, true);
        foreach (var runner in _runners.All())
            Drop(runner.TaskId);
        try
        {
            Compare(await _directory.ListAsync(ct));
            await _runners.WhenEmptyAsync(ct);
        }
        catch (OperationCanceledException)
        {
            foreach (var (task, seen) in _runners.All().Select(runner => runner.View))
                LogRemaining(task.TaskId.Value, TaskStepper.Next(task, seen, _agent.Now), task.Failures);
            throw;
        }
    }

    /// <summary>The runtime answers again: everything may have changed meanwhile.</summary>
    public void Recover()
    {
        foreach (var runner in _runners.All())
        {
            runner.Retry();
            runner.Hint();
        }
        _sweep.Set();
    }

    public void Dispose() => _runners.Dispose();

    private IEnumerable<TaskId> NotIn(AssignmentSet complete)
    {
        var wanted = complete.Put.Select(task => task.TaskId).ToHashSet();
        return _runners.All().Select(runner => runner.TaskId).Where(task => !wanted.Contains(task));
    }

    private void Drop(TaskId task)
    {
        _runners.Find(task)?.Drop();
        _outbox.Forget(task);
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await foreach (var hint in _agent.Runtime.WatchAsync(ct))
                    Heed(hint);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogWatchFailed(e);
            }
            await Task.Delay(RetryDelay, _agent.Clock, ct);
            _sweep.Set();
        }
    }

    private void Heed(RuntimeEvent hint)
    {
        if (hint.ContainerId is not { } container)
        {
            _sweep.Set();
            return;
        }
        foreach (var runner in _runners.All())
        {
            if (runner.View.Task.ContainerId == container)
                runner.Hint();
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        while (true)
        {
            await _sweep.WaitAsync(_agent.Options.SweepInterval, ct);
            try
            {
                Compare(await _directory.ListAsync(ct));
            }
            catch (RuntimeException e)
            {
                LogSweepFailed(e.Message);
                await Task.Delay(RetryDelay, _agent.Clock, ct);
            }
        }
    }

    /// <summary>
    /// A listing is older than what runners know, so it never says what is the case: where it differs, the runner
    /// looks.
    /// </summary>
    private void Compare(IReadOnlyList<ContainerObservation> listed)
    {
        var containers = listed.ToLookup(container => container.TaskId);
        foreach (var runner in _runners.All())
        {
            var found = containers[runner.TaskId].FirstOrDefault();
            if (IsOther(runner.View.Seen, found))
                runner.Hint();
        }
        if (!Volatile.Read(ref _knowsAll))
            return;
        foreach (var container in listed.Where(container => _runners.Find(container.TaskId) is null))
        {
            LogLeftover(container.ContainerId, container.TaskId.Value);
            _runners.CleanUp(container);
        }
    }

    private static bool IsOther(Sighting seen, ContainerObservation? found) => seen switch
    {
        Sighting.Seen { Container: var known } => found is null
            || known.State != found.State
            || known.Health != found.Health
            || known.Pid != found.Pid,
        Sighting.None => found is not null,
        _ => false, // it looks by itself
    };

    [LoggerMessage(Level = LogLevel.Information,
        Message = "took up {Tasks} tasks of an earlier run; the runtime has {Containers} containers of this cluster")]
    private partial void LogRestored(int tasks, int containers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the runtime does not list its containers yet")]
    private partial void LogNoList(Exception e);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "task {Task} is still here: next is {Step}, after {Failures} tries that failed")]
    private partial void LogRemaining(string task, Step step, int failures);

    [LoggerMessage(Level = LogLevel.Error, Message = "the runtime's events have stopped; they are asked for again")]
    private partial void LogWatchFailed(Exception e);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the runtime does not list its containers: {Error}")]
    private partial void LogSweepFailed(string error);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "container {Container} of task {Task} is not assigned to this node: it is removed")]
    private partial void LogLeftover(string container, string task);
}
