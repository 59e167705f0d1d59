using Orchestrator.Model;
using Orchestrator.Primitives.Collections;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>
/// The tasks of one service as the steps of a reconciliation want them; each step sees what the ones before it did.
/// </summary>
internal sealed class TaskPlan(ReconcileContext context, ServiceId service)
{
    private readonly SortedMapBuilder<ServiceTask> _tasks =
        context.State.TasksOf(service).ToBuilder();

    /// <summary>Keys of tasks that a step has made, changed or taken away: all else is as it was stored.</summary>
    private readonly SortedSet<string> _touched = new(StringComparer.Ordinal);

    private ImmutableArray<ServiceTask>? _copy;
    private ImmutableArray<ServiceTask>? _wanted;
    private DateTimeOffset? _wakeAt;

    public StateSnapshot State => context.State;

    public DateTimeOffset Now => context.Now;

    /// <summary>A copy: a step may change the plan while it reads.</summary>
    public ImmutableArray<ServiceTask> Tasks => _copy ??= [.. _tasks.Values];

    /// <summary>Tasks that managers still want: not told to stop.</summary>
    public ImmutableArray<ServiceTask> Wanted =>
        _wanted ??= [.. Tasks.Where(task => task.Desired <= TaskState.Complete)];

    public ServiceTask? Find(TaskId id) => _tasks.GetValueOrDefault(id.Value);

    public void Desire(ServiceTask task, TaskState desired)
    {
        if (_tasks[task.Key].Desired < desired)
            Put(_tasks[task.Key] with { Desired = desired });
    }

    /// <summary>It need not leave its node any more.</summary>
    public void Keep(ServiceTask task, DateTimeOffset until) =>
        Put(_tasks[task.Key] with { Eviction = null, StaysUntil = until });

    public void Observe(ServiceTask task, TaskState state, string message) =>
        Put(_tasks[task.Key] with
        {
            Status = _tasks[task.Key].Status with { State = state, Message = message, Error = "", Timestamp = Now },
        });

    public void Delete(ServiceTask task)
    {
        _tasks.Remove(task.Key);
        Touch(task.Key);
    }

    /// <summary>Adds a task of the service's current template.</summary>
    /// <param name="restart">null for a task that replaces none</param>
    public void Create(Service owner, int slot, RestartRecord? restart)
    {
        Put(new ServiceTask
        {
            Id = new TaskId(context.Ids.Next()),
            Meta = ObjectMeta.New(Now),
            ServiceId = owner.Id,
            Slot = slot,
            Revision = owner.TemplateRevision,
            Desired = restart is null ? TaskState.Running : TaskState.Ready,
            Status = new TaskStatus { State = TaskState.Pending, Timestamp = Now, Message = "pending task scheduling" },
            Restart = restart,
        });
    }

    /// <summary>Asks to look again at this moment.</summary>
    public void WakeAt(DateTimeOffset at)
    {
        if (_wakeAt is null || at < _wakeAt)
            _wakeAt = at;
    }

    public Decision ToDecision()
    {
        var before = context.State.TasksOf(service);
        var changes = ImmutableArray.CreateBuilder<Change>();
        foreach (var key in _touched)
            if (before.TryGetValue(key, out var gone) && !_tasks.ContainsKey(key))
                changes.Add(Change.Delete(gone));
        // The changes of one slot are neighbours: they may be written in parts.
        foreach (var task in _touched.Select(key => _tasks.GetValueOrDefault(key)).OfType<ServiceTask>()
            .OrderBy(task => task.Slot))
            changes.Add(before.ContainsKey(task.Key)
                ? Change.Update(task with { Meta = task.Meta.Touched(Now) })
                : Change.Create(task));
        return new Decision(changes.ToImmutable(), _wakeAt);
    }

    private void Put(ServiceTask task)
    {
        _tasks[task.Key] = task;
        Touch(task.Key);
    }

    private void Touch(string key)
    {
        _touched.Add(key);
        (_copy, _wanted) = (null, null);
    }
}
