namespace Orchestrator.Primitives;

public static class Cancellation
{
    /// <summary>
    /// Cancels on another thread: whoever holds a lock must not run the work of those who wait for the cancellation.
    /// </summary>
    public static void CancelSoon(this CancellationTokenSource source) => source.CancelAfter(TimeSpan.Zero);
}
