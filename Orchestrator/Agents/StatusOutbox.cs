using Orchestrator.Model;

namespace Orchestrator.Agents;

/// <summary>
/// Statuses on their way to the managers: the newest of each task. While one report waits for its receipt the next
/// one gathers, so that a busy manager gets fewer and larger ones.
/// </summary>
internal sealed class StatusOutbox
{
    /// <summary>Statuses in one report.</summary>
    public const int MaxReport = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<TaskId, TaskStatus> _waiting = [];
    private readonly Dictionary<TaskId, TaskStatus> _sent = [];
    private ulong _number;

    /// <summary>Told when there may be something to send.</summary>
    public Action Ready { get; set; } = static () => { };

    public void Put(TaskId task, TaskStatus status)
    {
        lock (_lock)
            _waiting[task] = status;
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

    /// <summary>The next report to send; null while there is nothing to say or a receipt is awaited.</summary>
    public AgentStatusReport? Take()
    {
        lock (_lock)
        {
            if (_sent.Count > 0 || _waiting.Count == 0)
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
        }
    }
}
