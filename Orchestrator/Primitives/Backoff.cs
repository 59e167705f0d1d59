namespace Orchestrator.Primitives;

/// <summary>Exponential delays with jitter, as a pure function of the attempt and a random number.</summary>
/// <param name="First">the delay after the first failure</param>
/// <param name="Cap">no delay is longer than this, jitter included</param>
/// <param name="Jitter">share of the delay that chance may take away, 0..1</param>
public readonly record struct Backoff(TimeSpan First, TimeSpan Cap, double Jitter = 0.25)
{
    private const int MaxDoublings = 30;

    /// <param name="failures">failures in a row so far, 1 or more</param>
    /// <param name="chance">a random number in [0, 1)</param>
    public TimeSpan Delay(int failures, double chance)
    {
        Invariant.Require(failures >= 1, "backoff counts failures from 1");
        var full = Math.Min(First.Ticks * Math.Pow(2, Math.Min(failures - 1, MaxDoublings)), Cap.Ticks);
        return TimeSpan.FromTicks((long)(full * (1 - (Jitter * chance))));
    }
}
