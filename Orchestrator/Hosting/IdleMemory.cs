namespace Orchestrator.Hosting;

/// <summary>
/// Gives memory back after a rush. A process that allocates nothing never collects on its own, so a quiet daemon would
/// keep what its busiest minute needed.
/// </summary>
internal static class IdleMemory
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(20);

    /// <summary>Bytes that a daemon with little to do allocates in a period.</summary>
    private const long Quiet = 8 << 20;

    /// <summary>Bytes allocated since the last time that make it worth a pause of some milliseconds.</summary>
    private const long Rush = 24 << 20;

    public static async Task RunAsync(TimeProvider time, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Period, time);
        var before = 0L;
        var collected = 0L;
        while (await timer.WaitForNextTickAsync(ct))
        {
            var now = GC.GetTotalAllocatedBytes();
            if (IsWorthIt(before, now, collected))
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                collected = now;
            }
            before = now;
        }
    }

    /// <param name="before">bytes allocated until the period began</param>
    /// <param name="now">bytes allocated until now</param>
    /// <param name="collected">bytes allocated until memory was given back last</param>
    internal static bool IsWorthIt(long before, long now, long collected) =>
        now - before < Quiet && now - collected > Rush;
}
