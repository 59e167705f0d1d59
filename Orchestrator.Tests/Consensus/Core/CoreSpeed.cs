using System.Diagnostics;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>What a proposal costs in three cores together, without disk and network.</summary>
public sealed class CoreSpeed
{
    [Test]
    [Explicit("a measurement")]
    public void A_proposal_through_three_members()
    {
        const int Proposals = 200_000;
        var cores = Enumerable.Range(1, 3).Select(id => new RaftCore(
            new RaftOptions { Self = new MemberId((ulong)id), Seed = id },
            new RecoveredState { Membership = One.Voters(1, 2, 3) })).ToArray();
        while (cores[0].Role != RaftRole.Leader)
        {
            cores[0].Tick();
            Settle(cores);
        }
        var command = new byte[100];
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Proposals; i++)
        {
            cores[0].Propose(command);
            Settle(cores);
            if (i % 10_000 == 0)
                cores[0].SnapshotTaken(new LogPosition(cores[0].AppliedIndex, 1), cores[0].Membership, ulong.MaxValue);
        }
        TestContext.Out.WriteLine($"{watch.Elapsed.TotalMicroseconds / Proposals:F2} µs a proposal, one at a time");
    }

    private static void Settle(RaftCore[] cores)
    {
        for (var moved = true; moved;)
        {
            moved = false;
            foreach (var core in cores)
                moved |= Work(core, cores);
        }
    }

    private static bool Work(RaftCore core, RaftCore[] cores)
    {
        var ready = core.TakeReady();
        foreach (var message in ready.Messages)
            cores[(int)message.To.Value - 1].Step(message);
        if (ready.Flush is { } flush)
            core.Flushed(flush);
        if (!ready.Committed.IsEmpty)
            core.Applied(ready.Committed[^1].Index);
        return !ready.IsEmpty;
    }
}
