namespace Orchestrator.Tests.Cli;

/// <summary>Time runs twenty times as fast; timers beyond five seconds (request timeouts) keep real time.</summary>
internal sealed class QuickClock : TimeProvider
{
    private const int Speed = 20;

    private readonly long start = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() =>
        new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.Zero) + (System.GetElapsedTime(start) * Speed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime <= TimeSpan.Zero || dueTime > TimeSpan.FromSeconds(5) ? dueTime : dueTime / Speed, period);
}
