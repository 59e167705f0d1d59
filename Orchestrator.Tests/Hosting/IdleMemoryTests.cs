using Orchestrator.Hosting;

namespace Orchestrator.Tests.Hosting;

public sealed class IdleMemoryTests
{
    private const long Megabyte = 1 << 20;

    [TestCase(100, 101, 0, true, TestName = "The_quiet_after_a_rush_gives_memory_back")]
    [TestCase(100, 190, 0, false, TestName = "Nothing_is_collected_in_the_middle_of_a_rush")]
    [TestCase(100, 101, 99, false, TestName = "A_daemon_that_stays_quiet_is_left_alone")]
    public void Memory_is_given_back_once_after_a_rush(long before, long now, long collected, bool worthIt) =>
        Assert.That(
            IdleMemory.IsWorthIt(before * Megabyte, now * Megabyte, collected * Megabyte), Is.EqualTo(worthIt));
}
