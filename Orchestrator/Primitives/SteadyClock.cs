namespace Orchestrator.Primitives;

/// <summary>
/// The time for measuring how long something takes: nobody sets this clock, so nobody who waits by it is overdue at
/// once, or waits for hours, because the host's clock was put right.
/// </summary>
public sealed class SteadyClock(TimeProvider time)
{
    private readonly DateTimeOffset startedAt = time.GetUtcNow();
    private readonly long start = time.GetTimestamp();

    /// <summary>Only the differences between two readings of one clock mean anything.</summary>
    public DateTimeOffset Now => startedAt + time.GetElapsedTime(start);
}
