using Orchestrator.Primitives;

namespace Orchestrator.Tests.Primitives;

public sealed class BackoffTests
{
    private static readonly Backoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

    [TestCase(1, 1)]
    [TestCase(2, 2)]
    [TestCase(6, 32)]
    [TestCase(7, 60)]
    [TestCase(1_000_000, 60)]
    public void Delays_double_up_to_the_cap(int failures, int seconds)
    {
        Assert.That(Backoff.Delay(failures, chance: 0), Is.EqualTo(TimeSpan.FromSeconds(seconds)));
        Assert.That(Backoff.Delay(failures, chance: 0.999), Is.InRange(TimeSpan.FromSeconds(seconds * 0.75), TimeSpan.FromSeconds(seconds)));
    }
}
