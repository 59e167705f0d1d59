using Orchestrator.Model;

namespace Orchestrator.Agents;

/// <summary>
/// Statuses on their way to the managers: the newest of each task. While one report waits for its receipt the next
/// one gathers, so that a busy manager gets fewer and larger ones. A state that a task only passes through waits a
/// little for the next one: each report costs the managers a flush, and the host the time that the container needs.
/// </summary>
internal sealed class StatusOutbox(TimeProvider clock)
{
    /// <summary>How long a task may take through states that are not told.</summary>
    public static readonly TimeSpan Passing = TimeSpan.FromMilliseconds(100);

    /// <summary>Statuses in one report.</summary>
    public const int MaxReport = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<TaskId, TaskStatus> _waiting = [];
    private readonly Dictionary<TaskId, TaskStatus> _sent = [];
    private ulong _number;
    private bool _isUrgent;

    /// <summary>When the oldest status that waits was put.</summary>
    private long _waitingSince;

    /// <summary>Told when there may be something to send.</summary>
    public Action Ready { get; set; } = static () => { };

    public void Put(TaskId task, TaskStatus status)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
                (_waitingSince, _isUrgent) = (clock.GetTimestamp(), false);
            _waiting[task] = status;
            _isUrgent |= !IsPassing(status.State);
        }
        Ready();
    }

    /// <summary>The managers know nothing of that task any more.</summary>
    public void Forget(TaskId task)
    {
        lock (_lock)
        {
            _waiting.Remove(task);
            _sent.Remove(task);
        }
    }

    /// <summary>After this there will be a report to send; null when only an event can bring one.</summary>
    public TimeSpan? DueIn()
    {
        lock (_lock)
            return _sent.Count > 0 || _waiting.Count == 0 ? null : WaitLeft();
    }

    /// <summary>The next report to send; null while there is nothing to say or a receipt is awaited.</summary>
    public AgentStatusReport? Take()
    {
        lock (_lock)
        {
            if (_sent.Count > 0 || _waiting.Count == 0 || WaitLeft() > TimeSpan.Zero)
                return null;
            foreach (var (task, status) in _waiting.Take(MaxReport))
                _sent.Add(task, status);
            foreach (var task in _sent.Keys)
                _waiting.Remove(task);
            return new AgentStatusReport
            {
                Number = ++_number,
                Updates = [.. _sent.Select(pair => new TaskStatusUpdate { TaskId = pair.Key, Status = pair.Value })],
            };
        }
    }

    /// <summary>That report, and all before it, are durable.</summary>
    public void Acknowledge(ulong number)
    {
        lock (_lock)
        {
            if (number < _number)
                return;
            _sent.Clear();
        }
        Ready();
    }

    /// <summary>A new session: what the one before left without receipt is sent again, unless there is newer.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            foreach (var (task, status) in _sent)
                _waiting.TryAdd(task, status);
            _sent.Clear();
            _number = 0;
            _isUrgent = true;
        }
    }

    private static bool IsPassing(TaskState state) =>
        state is TaskState.Accepted or TaskState.Preparing or TaskState.Starting;

    private TimeSpan WaitLeft() => _isUrgent ? TimeSpan.Zero : Passing - clock.GetElapsedTime(_waitingSince);
}
