namespace Orchestrator.Dispatching;

/// <summary>Lets through a burst, then a steady rate. For requests of whoever can reach the port.</summary>
internal sealed class TokenBucket(int burst, double perSecond, TimeProvider time)
{
    private readonly Lock gate = new();
    private double tokens = burst;
    private long filledAt = time.GetTimestamp();

    public bool TryTake()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            tokens = Math.Min(burst, tokens + (time.GetElapsedTime(filledAt, now).TotalSeconds * perSecond));
            filledAt = now;
            if (tokens < 1)
                return false;
            tokens--;
            return true;
        }
    }
}
