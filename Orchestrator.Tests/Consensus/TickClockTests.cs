using Orchestrator.Consensus;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Consensus;

public sealed class TickClockTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    [Test]
    public void Ticks_are_counted_by_time_and_not_by_calls()
    {
        var time = new FakeTimeProvider();
        var woken = 0;
        using var clock = new TickClock(time, Tick, () => woken++);
        Assert.That(clock.Take(20), Is.Zero);
        time.Advance(2.5 * Tick);
        Assert.That((clock.Take(20), clock.Take(20), woken), Is.EqualTo((2, 0, 2)));
        time.Advance(0.5 * Tick);
        Assert.That(clock.Take(20), Is.EqualTo(1));
    }

    [Test]
    public void After_a_pause_there_are_as_many_ticks_as_allowed_and_the_rest_is_gone()
    {
        var time = new FakeTimeProvider();
        using var clock = new TickClock(time, Tick, () => { });
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(clock.Take(20), Is.EqualTo(20));
        Assert.That(clock.Take(20), Is.Zero);
    }

    [Test]
    public void Setting_the_host_s_clock_makes_no_tick()
    {
        var time = new FakeTimeProvider();
        using var clock = new TickClock(time, Tick, () => { });
        time.Set(TimeSpan.FromHours(1));
        Assert.That(clock.Take(20), Is.Zero);
    }
}
