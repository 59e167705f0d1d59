namespace Orchestrator.Consensus;

/// <summary>Counts the ticks that are due, by a clock that nobody sets.</summary>
internal sealed class TickClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly long _start;
    private readonly ITimer _timer;
    private long _taken;

    /// <param name="wake">called on another thread whenever a tick may be due</param>
    public TickClock(TimeProvider time, TimeSpan interval, Action wake)
    {
        _time = time;
        _interval = interval;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(_ => wake(), null, interval, interval);
    }

    /// <summary>
    /// Ticks since the last call. After a pause of the whole process they come at once, but no more than
    /// <paramref name="atMost"/>: enough to see that time has passed, too few to count as several elections.
    /// </summary>
    public int Take(int atMost)
    {
        var due = (_time.GetElapsedTime(_start).Ticks / _interval.Ticks) - _taken;
        _taken += due;
        return (int)Math.Min(due, atMost);
    }

    public void Dispose() => _timer.Dispose();
}
