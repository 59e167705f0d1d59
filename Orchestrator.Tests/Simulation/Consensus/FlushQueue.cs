using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>The one flush of a process that is under way.</summary>
internal sealed class FlushQueue(World world, MemberProcess process)
{
    private Flush? _current;
    private long _hangsUntil;

    /// <summary>Since when a flush is under way, in own ticks; null when none is.</summary>
    public long? Since { get; private set; }

    public void Begin(Flush flush)
    {
        SafetyViolation.Unless(_current is null, "one flush at a time", () => $"{process.Member.Id}: {flush} beside {_current}");
        _current = flush;
        Since = process.Ticks;
        PlanEnd();
    }

    /// <summary>The disk says nothing, good or bad, for so long.</summary>
    public void Hang(long time) => _hangsUntil = world.Time.Now + time;

    /// <summary>A crash: of what is under way only a part reached the disk, or all of it and nobody was told.</summary>
    public void Die()
    {
        if (_current is { } flush)
            process.Member.Disk.Write(flush, world.Random.Next(SimulatedDisk.MostSteps(flush) + 1));
        _current = null;
    }

    private void PlanEnd() => world.Time.After(Duration(), () =>
    {
        if (!process.IsAlive)
            return;
        if (!world.IsHealed && world.Time.Now < _hangsUntil)
            PlanEnd();
        else if (!world.IsHealed && world.Chance(world.Profile.FlushFailures))
            world.Faults.CrashFor(process.Member, world.Random.Next(1, 60));
        else
            End();
    });

    private void End()
    {
        var flush = _current!;
        process.Member.Disk.Write(flush);
        _current = null;
        Since = null;
        world.Checker.Flushed(process);
        process.Input(() =>
        {
            if (flush.Installs)
                process.Applies.Restore(process.Member.Disk.Snapshot);
            process.Core.Flushed(flush);
        });
    }

    private long Duration()
    {
        if (world.IsHealed)
            return Timeline.Tick / 10;
        return world.Chance(world.Profile.Stalls)
            ? world.Random.Next(4 * World.ElectionTicks * (int)Timeline.Tick)
            : world.Random.Next(10, world.Profile.FlushTime + 10);
    }
}
