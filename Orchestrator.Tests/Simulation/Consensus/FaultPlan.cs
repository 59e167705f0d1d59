namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>What goes wrong, and when it is over again. Ends when the world is healed.</summary>
internal sealed class FaultPlan(World world)
{
    private const int LongestTicks = 60;

    public void Begin() => PlanNext();

    /// <summary>The process dies now and is started again later.</summary>
    public void CrashFor(SimulatedMember member, int ticks)
    {
        member.Crash();
        HintPeers(member);
        world.Time.After(ticks * Timeline.Tick, member.Start);
    }

    private void PlanNext() => world.Time.After(world.Random.Next(1, 2 * world.Profile.FaultInterval) * Timeline.Tick, () =>
    {
        if (world.IsHealed)
            return;
        Act();
        PlanNext();
    });

    private void Act()
    {
        var profile = world.Profile;
        var weighted = new (int Weight, Action Act)[]
        {
            (profile.Partitions, Partition), (profile.Partitions, world.Network.Heal), (profile.Crashes, CrashSome),
            (profile.Pauses, PauseOne), (profile.Pauses, HangADisk), (profile.Damages, DamageOne), (1, SpoilASnapshot),
            (1, () => HintPeers(world.AnyMember())),
        };
        var at = world.Random.Next(weighted.Sum(choice => choice.Weight));
        foreach (var (weight, act) in weighted)
        {
            if (at < weight)
            {
                act();
                return;
            }
            at -= weight;
        }
    }

    private void Partition()
    {
        var members = world.Members;
        world.Trace?.Add($"the network is partitioned");
        switch (world.Random.Next(5))
        {
            case 0: CutWhere((from, to) => from == 0 && to == 1); break;
            case 1: CutWhere((from, to) => from == 0); break;
            case 2: CutWhere((from, to) => to == 0); break;
            case 3: var size = world.Random.Next(1, members.Count); CutWhere((from, to) => from < size != to < size); break;
            default: CutWhere((from, to) => Math.Abs(from - to) > 1); break;
        }
    }

    /// <param name="isCut">by places in a random order of the members; the default of a chain is "not neighbours"</param>
    private void CutWhere(Func<int, int, bool> isCut)
    {
        var members = world.Members.Select(member => member.Id).ToArray();
        world.Random.Shuffle(members);
        for (var from = 0; from < members.Length; from++)
            for (var to = 0; to < members.Length; to++)
                if (from != to && isCut(from, to))
                    world.Network.Cut(members[from], members[to]);
    }

    /// <summary>One, or all of them at once as when the power fails.</summary>
    private void CrashSome()
    {
        if (world.Chance(0.9))
        {
            CrashFor(world.AnyMember(), world.Random.Next(1, LongestTicks));
            return;
        }
        foreach (var member in world.Members)
            CrashFor(member, world.Random.Next(1, LongestTicks));
    }

    private void PauseOne()
    {
        var member = world.AnyMember();
        if (member.Process is not { } process)
            return;
        world.Trace?.Add($"{member.Id} is stopped");
        process.Pause();
        world.Time.After(world.Random.Next(1, LongestTicks) * Timeline.Tick, process.Resume);
    }

    private void HangADisk() =>
        world.AnyMember().Process?.Flushes.Hang(world.Random.Next(1, LongestTicks) * Timeline.Tick);

    /// <summary>Only while those that are left can still decide: what a quorum loses is lost.</summary>
    private void DamageOne()
    {
        var member = world.AnyMember();
        if (!world.CanLose(member.Id))
            return;
        world.Trace?.Add($"the disk of {member.Id} is damaged");
        member.Disk.IsDamaged = true;
        CrashFor(member, world.Random.Next(1, LongestTicks));
    }

    private void SpoilASnapshot()
    {
        if (world.AnyMember().Process is { } process)
            process.Snapshots.IsUnreadable = true;
    }

    /// <summary>Some notice that the connection broke; also when it is only the connection.</summary>
    private void HintPeers(SimulatedMember lost)
    {
        foreach (var member in world.Members)
            if (member != lost && world.Chance(0.5))
                member.Process?.LosePeer(lost.Id);
    }
}
