namespace Orchestrator.Tests.Builders;

/// <summary>A clock that stands still until the test moves it.</summary>
public sealed class FakeTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _error;
    private TaskCompletionSource _armed = NewSource();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now + _error;
    }

    public override long GetTimestamp()
    {
        lock (_lock)
            return _now.Ticks;
    }

    /// <summary>Someone sets the host's clock. No time passes.</summary>
    public void Set(TimeSpan by)
    {
        lock (_lock)
            _error += by;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock; timers fire in order, each at its own moment.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end;
        lock (_lock)
            end = _now + by;
        while (TakeDue(end) is { } fire)
            fire();
        lock (_lock)
            _now = end;
    }

    /// <summary>
    /// Completes when something waits for this long, give or take nothing: then it is safe to advance.
    /// </summary>
    public async Task UntilTimerAsync(TimeSpan due, TimeSpan? limit = null)
    {
        while (true)
        {
            Task armed;
            lock (_lock)
            {
                if (_timers.Any(timer => timer.Due == _now + due))
                    return;
                armed = _armed.Task;
            }
            try
            {
                await armed.WaitAsync(limit ?? TimeSpan.FromSeconds(20));
            }
            catch (TimeoutException)
            {
                lock (_lock)
                {
                    var waits = string.Join(", ", _timers.Select(timer => timer.Due - _now));
                    throw new TimeoutException($"nothing waits for {due}; what waits: {waits}");
                }
            }
        }
    }

    private Action? TakeDue(DateTimeOffset end)
    {
        lock (_lock)
        {
            if (_timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due) is not { } next)
                return null;
            _now = next.Due > _now ? next.Due : _now;
            if (next.Period > TimeSpan.Zero)
                next.Due = _now + next.Period;
            else
                _timers.Remove(next);
            return next.Fire;
        }
    }

    private void Set(FakeTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan)
                return;
            (timer.Due, timer.Period) = (_now + dueTime, period);
            _timers.Add(timer);
            _armed.TrySetResult();
            _armed = NewSource();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class FakeTimer(FakeTimeProvider clock, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; set; }

        public Action Fire => fire;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Set(this, dueTime, period);
            return true;
        }

        public void Dispose() => clock.Set(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
