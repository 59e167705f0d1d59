namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>Every flush of one manager fails: it does not know any more what is on its disk.</summary>
internal sealed class FailingFlush : Fault
{
    public override string Name => "disk-error";

    public override void Require() => Strace.Require();

    public override async Task StrikeAsync(Scene scene)
    {
        var manager = scene.AnyManager();
        await using (await Strace.OfFlushesAsync(manager.Pid, "error=EIO"))
            await manager.ExitCodeAsync();
        await EndsAndComesBackAsync(scene, manager, "Input/output error", mend: () => { });
    }
}

/// <summary>The leader's disk answers, but far too late.</summary>
internal sealed class SlowFlush : Fault
{
    public override string Name => "disk-delay";

    public override void Require() => Strace.Require();

    public override async Task StrikeAsync(Scene scene)
    {
        var leader = await scene.Group.LeaderAsync();
        await using (await Strace.OfFlushesAsync(leader.Pid, "delay_enter=5000000"))
        {
            await scene.Group.LeaderAsync(but: leader);
            await scene.History.ProgressAsync(30, "the disk of the leader that was takes five seconds for a flush");
        }
        await scene.Group.HealedAsync();
    }
}

/// <summary>One manager has no room for another entry.</summary>
internal sealed class FullDisk : Fault
{
    public override string Name => "disk-full";

    public override Surroundings Surroundings => new(SmallDisk: true);

    public override void Require() => Assume.That(Environment.IsPrivilegedProcess, "needs root to mount a small disk");

    public override Task StrikeAsync(Scene scene)
    {
        var disk = scene.Group.Disk!;
        disk.Fill();
        return EndsAndComesBackAsync(scene, scene.Group.Managers[^1], "ends because of an error: disk full", disk.MakeRoom);
    }
}
