namespace Orchestrator.Dispatching;

/// <summary>Lets through a burst, then a steady rate. For requests of whoever can reach the port.</summary>
internal sealed class TokenBucket(int burst, double perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    public bool TryTake()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
            _filledAt = now;
            if (_tokens < 1)
                return false;
            _tokens--;
            return true;
        }
    }
}
