using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Consensus;

public sealed class RaftNodeOptionsTests
{
    private static readonly RaftNodeOptions Good = new() { Directory = "/d", Node = "n" };

    [Test]
    public void The_defaults_fit_together()
    {
        Good.Validate();
        var core = Good.ForCore(new MemberId(1), seed: 1);
        Assert.That((core.HeartbeatTicks, core.ElectionTicks), Is.EqualTo((2, 20)));
        Assert.That(core.MaxEntryBytes, Is.EqualTo(Good.MaxProposalBytes + CommandEnvelope.HeaderSize));
    }

    [TestCase(50, 75, 1000, "multiple of the tick")]
    [TestCase(50, 100, 450, "five heartbeats (500 ms)")]
    [TestCase(50, 100, 1020, "multiple of the tick")]
    [TestCase(5, 100, 1000, "10 ms to 1 s")]
    [TestCase(50, 100, 61_000, "at most 1 min")]
    [TestCase(50, 100, 11_000, "three election timeouts")]
    public void Times_that_do_not_fit_together_are_refused_with_what_to_give(
        int tick, int heartbeat, int election, string message)
    {
        var options = Good with
        {
            Tick = TimeSpan.FromMilliseconds(tick),
            Heartbeat = TimeSpan.FromMilliseconds(heartbeat),
            Election = TimeSpan.FromMilliseconds(election),
        };
        Assert.That(options.Validate, Throws.ArgumentException.With.Message.Contains(message));
    }

    [Test]
    public void Very_large_commands_still_fit_into_the_core()
    {
        var options = Good with { MaxProposalBytes = 512 * 1024 * 1024 };
        options.Validate();
        Assert.That(() => options.ForCore(new MemberId(1), seed: 1), Throws.Nothing);
    }
}
