namespace Orchestrator.Tests.Agents;

/// <summary>Waits for what another thread is about to do.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Looks again and again, yielding between, until the condition holds.</summary>
    public static async Task TrueAsync(Func<bool> condition, string what, Func<string>? seen = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
                Assert.Fail($"did not happen: {what}. {seen?.Invoke()}");
            await timer.WaitForNextTickAsync();
        }
    }
}
