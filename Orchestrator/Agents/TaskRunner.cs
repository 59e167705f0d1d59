using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>Takes the steps of one task, one after the other.</summary>
internal sealed class TaskRunner(TaskView first, AgentContext agent, RuntimeCalls calls, TaskRunnerEvents events)
{
    /// <summary>Hints that come this soon after a look are mostly echoes of what that look has seen.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Signal _signal = new(agent.Clock);
    private readonly TaskCompletionSource _contained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskView _view = first;
    private CancellationTokenSource? _preparing;
    private DateTimeOffset _lookedAt;
    private bool _hinted;

    /// <summary>What it may have waited for came during the call under way.</summary>
    private bool _mayGoOn;

    /// <summary>Completes when there is a container, or there will be none.</summary>
    public Task Contained => _contained.Task;

    public TaskId TaskId { get; } = first.Task.TaskId;

    public TaskView View
    {
        get
        {
            lock (_lock)
                return _view;
        }
    }

    /// <summary>The managers' newest word.</summary>
    public void Assign(Assignment wanted) => Command(view => view with { Task = view.Task.Merge(wanted) });

    /// <summary>The managers have forgotten the task.</summary>
    public void Drop() => Command(view => view with { Task = view.Task with { Dropped = true } });

    /// <summary>The runtime answers again, or what the task shares runs now.</summary>
    public void Retry() => Command(view =>
    {
        _mayGoOn = true;
        return view with { Task = view.Task with { RetryAt = null } };
    });

    /// <summary>Something may have happened to the container.</summary>
    public void Hint()
    {
        lock (_lock)
            _hinted = true;
        _signal.Set();
    }

    /// <summary>Until nothing is left of the task.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var view = View;
            switch (TaskStepper.Next(view.Task, view.Seen, agent.Now))
            {
                case Step.Forget:
                    return;
                case Step.Report report:
                    Update(now => ReferenceEquals(now, view) ? TaskProgress.Took(now, report) : now);
                    break;
                case Step.Call call:
                    await CallAsync(call, ct);
                    break;
                case Step.Wait wait:
                    await WaitAsync(wait.Until, ct);
                    break;
            }
        }
    }

    private async Task CallAsync(Step.Call call, CancellationToken ct)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var task = Begin(call, giveUp);
        try
        {
            var found = await calls.MakeAsync(task, call, giveUp.Token);
            Update(view => TaskProgress.Succeed(view, call, found));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Update(TaskProgress.GiveUp);
        }
        catch (RuntimeException e)
        {
            Update(view =>
            {
                var failed = TaskProgress.Fail(view, call, e, agent.Moment);
                return _mayGoOn && e.Failure == RuntimeFailure.NotYet
                    ? failed with { Task = failed.Task with { RetryAt = null } }
                    : failed;
            });
            events.CallFailed(TaskId, call, e);
        }
        finally
        {
            lock (_lock)
                _preparing = null;
        }
    }

    private TaskRecord Begin(Step.Call call, CancellationTokenSource giveUp)
    {
        Update(view => TaskProgress.Begin(view, call));
        lock (_lock)
        {
            _mayGoOn = false;
            if (call is Step.Inspect)
                (_hinted, _lookedAt) = (false, agent.Now);
            if (call is Step.Prepare)
                _preparing = giveUp;
            EndWaits();
            return _view.Task;
        }
    }

    private async Task WaitAsync(DateTimeOffset? until, CancellationToken ct)
    {
        var now = agent.Now;
        bool hinted;
        lock (_lock)
            hinted = _hinted;
        if (hinted && until is null && (now < _lookedAt || now >= _lookedAt + Settle))
        {
            lock (_lock)
                _hinted = false;
            Update(TaskProgress.GiveUp);
            return;
        }
        if (until is null && !hinted)
            await _signal.WaitAsync(ct);
        else
            await _signal.WaitAsync((until ?? (_lookedAt + Settle)) - now, ct);
    }

    private void Command(Func<TaskView, TaskView> change)
    {
        lock (_lock)
        {
            _view = change(_view);
            EndWaits();
        }
        events.Changed();
        _signal.Set();
    }

    /// <summary>Ends waits that have become pointless. Under the lock.</summary>
    private void EndWaits()
    {
        if (_view.Task.ContainerId.Length > 0 || _view.Task.Dropped || _view.Task.Status.State.IsTerminal())
            _contained.TrySetResult();
        if (_view.Task.Dropped || _view.Task.Assignment.Desired >= TaskState.Shutdown)
            _preparing?.CancelSoon();
    }

    /// <summary>Statuses that this node found out itself are told to the managers.</summary>
    private void Update(Func<TaskView, TaskView> change)
    {
        TaskView before, after;
        lock (_lock)
        {
            before = _view;
            _view = after = change(before);
            EndWaits();
        }
        if (ReferenceEquals(before.Task, after.Task))
            return;
        if (!ReferenceEquals(before.Task.Status, after.Task.Status) && !after.Task.Dropped)
            events.StatusChanged(TaskId, after.Task.Status);
        events.Changed();
    }
}

/// <summary>Whom a runner tells.</summary>
internal sealed record TaskRunnerEvents
{
    /// <summary>What is on disk is out of date.</summary>
    public required Action Changed { get; init; }

    public required Action<TaskId, TaskStatus> StatusChanged { get; init; }

    public required Action<TaskId, Step.Call, RuntimeException> CallFailed { get; init; }
}
