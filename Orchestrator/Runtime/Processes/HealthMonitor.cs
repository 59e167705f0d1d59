using System.Collections.Concurrent;
using Orchestrator.Primitives;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// The health checks of this node's running tasks, and their last results. Not kept on disk: after a restart of the
/// daemon a task is "starting" until its next check.
/// </summary>
internal sealed class HealthMonitor(ChangeFeed feed, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Adds the health to what was seen; begins and ends the checks with the task.</summary>
    internal ContainerObservation Complete(TaskPlan plan, ContainerObservation seen)
    {
        if (plan.HealthTest.IsEmpty)
            return seen;
        if (seen.State != ContainerState.Running)
            return seen with { Health = Forget(seen.ContainerId) ?? ContainerHealth.Starting };
        var entry = _entries.GetOrAdd(seen.ContainerId, static _ => new Entry());
        entry.Begin(ending => new HealthProbe(plan, time).RunAsync(
            seen.StartedAt ?? time.GetUtcNow(), health => Report(seen.ContainerId, entry, health), ending));
        return seen with { Health = entry.Health };
    }

    internal ContainerHealth? Forget(string containerId)
    {
        if (!_entries.TryGetValue(containerId, out var entry))
            return null;
        entry.End();
        return entry.Health;
    }

    internal async Task RemoveAsync(string containerId)
    {
        if (_entries.TryRemove(containerId, out var entry))
            await entry.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var entry in _entries.Values)
            await entry.DisposeAsync();
    }

    private void Report(string containerId, Entry entry, ContainerHealth health)
    {
        if (entry.Health == health)
            return;
        entry.Health = health;
        feed.Announce(containerId);
    }

    private sealed class Entry : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ending = new();
        private readonly Lock _gate = new();
        private Task? _loop;
        private bool _ended;

        internal ContainerHealth Health { get; set; } = ContainerHealth.Starting;

        internal void Begin(Func<CancellationToken, Task> loop)
        {
            lock (_gate)
                if (!_ended)
                    _loop ??= loop(_ending.Token);
        }

        internal void End()
        {
            lock (_gate)
            {
                if (_ended)
                    return;
                _ended = true;
                _ending.CancelSoon();
            }
        }

        public async ValueTask DisposeAsync()
        {
            End();
            try
            {
                await (_loop ?? Task.CompletedTask);
            }
            catch (OperationCanceledException)
            {
                // It was asked to.
            }

            _ending.Dispose();
        }
    }
}
