using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>
/// One life of a member: gives its core what happens, and does what the core wants done. A crash may come between any two calls.
/// </summary>
internal sealed class MemberProcess
{
    private readonly World _world;
    private readonly FlushQueue _flushes;
    private readonly ApplyQueue _applies;
    private readonly SnapshotKeeper _snapshots;
    private readonly Queue<Action> _waiting = new();
    private bool _workIsPlanned;
    private readonly Dictionary<MemberId, long> _heardCounts = [];
    private int _missedTicks;

    public MemberProcess(World world, SimulatedMember member)
    {
        _world = world;
        Member = member;
        Core = new RaftCore(world.OptionsOf(member.Id), member.Disk.Recover());
        _applies = new ApplyQueue(world, this);
        _snapshots = new SnapshotKeeper(world, this);
        _flushes = new FlushQueue(world, this);
    }

    public SimulatedMember Member { get; }

    public RaftCore Core { get; }

    public bool IsAlive { get; private set; } = true;

    public bool IsPaused { get; private set; }

    /// <summary>Term in which the log was last changed; what waits for the disk may be of an earlier one than the core is in.</summary>
    public ulong LogTerm { get; private set; }

    /// <summary>Ticks of its own clock since it started.</summary>
    public long Ticks { get; private set; }

    /// <summary>What the core was told since it was last asked what to do.</summary>
    public int InputsSinceWork { get; private set; }

    /// <summary>When each other member was last heard of, in own ticks.</summary>
    public Dictionary<MemberId, long> Heard { get; } = [];

    public ApplyQueue Applies => _applies;

    public FlushQueue Flushes => _flushes;

    public SnapshotKeeper Snapshots => _snapshots;

    public bool Leads => Core.Role == RaftRole.Leader;

    public void Die()
    {
        IsAlive = false;
        _flushes.Die();
    }

    /// <summary>As by SIGSTOP: nothing is lost, everything waits.</summary>
    public void Pause() => IsPaused = true;

    public void Resume()
    {
        if (!IsPaused || !IsAlive)
            return;
        IsPaused = false;
        var missed = Math.Min(_missedTicks, World.ElectionTicks);
        _missedTicks = 0;
        for (var i = 0; i < missed && IsAlive; i++)
            Tick();
        while (IsAlive && !IsPaused && _waiting.TryDequeue(out var input))
            Handle(input);
    }

    public void Tick()
    {
        if (IsPaused)
        {
            _missedTicks++;
            return;
        }
        Ticks++;
        Handle(Core.Tick);
    }

    public void Receive(Message message) => Input(() =>
    {
        Heard[message.From] = Ticks;
        Count(message.From);
        Core.Step(message);
    });

    /// <summary>It is said that the connection to this one broke.</summary>
    public void LosePeer(MemberId peer) => Input(() =>
    {
        Count(peer);
        Core.PeerLost(peer);
    });

    /// <summary>How often something was heard of this one: a message, or that the connection broke.</summary>
    public long HeardCount(MemberId peer) => _heardCounts.GetValueOrDefault(peer);

    /// <summary>Lets something happen to the core, now or, when the process is stopped, after that.</summary>
    public void Input(Action input)
    {
        if (!IsAlive)
            return;
        if (IsPaused)
            _waiting.Enqueue(input);
        else
            Handle(input);
    }

    /// <summary>False when the process crashed in this moment.</summary>
    public bool Survives()
    {
        if (IsAlive && _world.Chance(_world.Profile.CrashPoints) && !_world.IsHealed)
            _world.Faults.CrashFor(Member, _world.Random.Next(1, 40));
        return IsAlive;
    }

    private void Count(MemberId peer) => _heardCounts[peer] = HeardCount(peer) + 1;

    private void Handle(Action input)
    {
        if (!Survives())
            return;
        var before = Core.LastPosition;
        input();
        if (Core.LastPosition != before)
            LogTerm = Core.Term;
        InputsSinceWork++;
        _world.Checker.Observe(this);
        if (_world.Chance(_world.Profile.Batching))
            PlanWork();
        else
            Work();
    }

    private void PlanWork()
    {
        if (_workIsPlanned)
            return;
        _workIsPlanned = true;
        _world.Time.After(_world.Random.Next((int)Timeline.Tick / 2), () =>
        {
            _workIsPlanned = false;
            if (IsAlive && !IsPaused)
                Work();
        });
    }

    private void Work()
    {
        while (Survives())
        {
            var ready = Core.TakeReady();
            if (ready.IsEmpty)
                break;
            _world.Checker.Took(this, ready);
            Do(ready);
        }
        InputsSinceWork = 0;
    }

    private void Do(Ready ready)
    {
        foreach (var message in ready.Messages)
        {
            if (!Survives())
                return;
            _world.Network.Send(message);
        }
        if (ready.Flush is { } flush && Survives())
            _flushes.Begin(flush);
        if (!ready.Committed.IsEmpty && Survives())
            _applies.Add(ready.Committed);
        foreach (var read in ready.Reads)
            _applies.Add(read);
        foreach (var read in ready.SnapshotReads)
            _snapshots.Serve(read);
        if (ready.WantsSnapshot)
            _snapshots.Replace();
        foreach (var refused in ready.Refused)
            _world.Clients.Refused(this, refused.Ticket);
    }
}
