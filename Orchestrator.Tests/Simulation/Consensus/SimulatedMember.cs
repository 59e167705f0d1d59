using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>One member for as long as it exists: its disk, and one process after the other that works on it.</summary>
internal sealed class SimulatedMember
{
    private readonly World _world;
    private readonly double _pace;

    /// <param name="first">whom it knows before it has heard anything: the first members, or nobody</param>
    public SimulatedMember(World world, MemberId id, Membership first)
    {
        _world = world;
        Id = id;
        Disk = new SimulatedDisk(first);
        _pace = 1 + ((world.Random.NextDouble() * 2 - 1) * world.Profile.ClockSkew);
    }

    public MemberId Id { get; }

    public SimulatedDisk Disk { get; }

    /// <summary>Null while it is down.</summary>
    public MemberProcess? Process { get; private set; }

    /// <summary>How many lives it had.</summary>
    public int Starts { get; private set; }

    /// <summary>It will not be started again: removed for good, or its disk is damaged.</summary>
    public bool IsGone { get; private set; }

    public void Start()
    {
        if (IsGone || Process is not null)
            return;
        if (Disk.IsDamaged)
        {
            _world.Trace?.Add($"{Id} does not start: its disk is damaged");
            IsGone = true;
            return;
        }
        _world.Trace?.Add($"{Id} starts");
        Starts++;
        Process = new MemberProcess(_world, this);
        KeepTicking(Process);
    }

    /// <summary>The process is killed, and what the disk was doing stops half-way.</summary>
    public void Crash()
    {
        if (Process is not { } process)
            return;
        _world.Trace?.Add($"{Id} crashes");
        process.Die();
        Process = null;
    }

    /// <summary>Stopped for ever.</summary>
    public void Retire()
    {
        Crash();
        IsGone = true;
    }

    public void Receive(Message message) => Process?.Receive(message);

    private void KeepTicking(MemberProcess process) => _world.Time.After((long)(Timeline.Tick * _pace), () =>
    {
        if (!process.IsAlive)
            return;
        process.Tick();
        KeepTicking(process);
    });
}
