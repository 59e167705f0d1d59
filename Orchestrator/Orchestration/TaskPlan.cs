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

    private DateTimeOffset? _wakeAt;

    public StateSnapshot State => context.State;

    public DateTimeOffset Now => context.Now;

    /// <summary>A copy: a step may change the plan while it reads.</summary>
    public ImmutableArray<ServiceTask> Tasks => [.. _tasks.Values];

    /// <summary>Tasks that managers still want: not told to stop.</summary>
    public ImmutableArray<ServiceTask> Wanted => [.. _tasks.Values.Where(task => task.Desired <= TaskState.Complete)];

    public ServiceTask? Find(TaskId id) => _tasks.GetValueOrDefault(id.Value);

    public void Desire(ServiceTask task, TaskState desired)
    {
        if (_tasks[task.Key].Desired < desired)
            _tasks[task.Key] = _tasks[task.Key] with { Desired = desired };
    }

    /// <summary>It need not leave its node any more.</summary>
    public void Keep(ServiceTask task, DateTimeOffset until) =>
        _tasks[task.Key] = _tasks[task.Key] with { Eviction = null, StaysUntil = until };

    public void Observe(ServiceTask task, TaskState state, string message) =>
        _tasks[task.Key] = _tasks[task.Key] with
        {
            Status = _tasks[task.Key].Status with { State = state, Message = message, Error = "", Timestamp = Now },
        };

    public void Delete(ServiceTask task) => _tasks.Remove(task.Key);

    /// <summary>Adds a task of the service's current template.</summary>
    /// <param name="restart">null for a task that replaces none</param>
    public void Create(Service owner, int slot, RestartRecord? restart)
    {
        var task = new ServiceTask
        {
            Id = new TaskId(context.Ids.Next()),
            Meta = ObjectMeta.New(Now),
            ServiceId = owner.Id,
            Slot = slot,
            Revision = owner.TemplateRevision,
            Desired = restart is null ? TaskState.Running : TaskState.Ready,
            Status = new TaskStatus { State = TaskState.Pending, Timestamp = Now, Message = "pending task scheduling" },
            Restart = restart,
        };
        _tasks[task.Key] = task;
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
        foreach (var task in before.Values)
            if (!_tasks.ContainsKey(task.Key))
                changes.Add(Change.Delete(task));
        // The changes of one slot are neighbours: they may be written in parts.
        foreach (var task in _tasks.Values.OrderBy(task => task.Slot))
            if (!before.TryGetValue(task.Key, out var old))
                changes.Add(Change.Create(task));
            else if (!ReferenceEquals(old, task))
                changes.Add(Change.Update(task with { Meta = task.Meta.Touched(Now) }));
        return new Decision(changes.ToImmutable(), _wakeAt);
    }
}
