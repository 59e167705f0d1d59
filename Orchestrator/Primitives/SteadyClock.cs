namespace Orchestrator.Primitives;

/// <summary>
/// The time for measuring how long something takes: nobody sets this clock, so nobody who waits by it is overdue at
/// once, or waits for hours, because the host's clock was put right.
/// </summary>
public sealed class SteadyClock(TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly long _start = time.GetTimestamp();

    /// <summary>Only the differences between two readings of one clock mean anything.</summary>
    public DateTimeOffset Now => _startedAt + time.GetElapsedTime(_start);
}
