using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Core;

/// <summary>What waits for the disk: at most one write is under way, and all that waits goes into the next.</summary>
internal sealed class FlushPlanner(RaftLog log, HardState durable)
{
    private HardState _durable = durable;
    private HardState _handed = durable;
    private Flush? _underWay;
    private int _age;
    private int _idle;
    private bool _tries;

    /// <summary>Term and vote of now, durable or not.</summary>
    public HardState Current { get; set; } = durable;

    /// <summary>What this member says binds it even after a crash.</summary>
    public bool IsBound => _durable == Current;

    /// <summary>A piece of a snapshot that is not durable yet.</summary>
    public Message.SnapshotChunk? Chunk { get; private set; }

    /// <summary>The last piece waits or is being put in place: the log is about to be replaced.</summary>
    public bool IsInstalling => Chunk is { IsLast: true };

    /// <param name="ticks">how long a write may take</param>
    public bool IsStalled(int ticks) => _underWay is not null && _age >= ticks;

    public void Tick()
    {
        if (_underWay is not null)
            _age++;
        else
            _idle++;
    }

    /// <summary>Writes what is durable already: a disk that hangs is noticed before somebody needs it.</summary>
    /// <param name="ticks">not before nothing was written for so long</param>
    public void TryAfter(int ticks) => _tries |= _underWay is null && _idle >= ticks;

    public void Write(Message.SnapshotChunk chunk)
    {
        Invariant.Require(Chunk is null, "one piece of a snapshot at a time");
        Chunk = chunk;
    }

    /// <summary>The next write; null when one is under way or nothing waits.</summary>
    /// <param name="mayInstall">false: entries handed out are not applied yet, so the state cannot be replaced</param>
    public Flush? Take(bool mayInstall)
    {
        if (_underWay is not null)
            return null;
        var installs = IsInstalling && mayInstall;
        var chunk = IsInstalling && !mayInstall ? null : Chunk;
        var changed = _handed != Current;
        if (!changed && !_tries && chunk is null && (installs || !log.HasUnflushed))
            return null;
        var hardState = changed || _tries ? Current : (HardState?)null;
        _handed = Current;
        (_age, _idle, _tries) = (0, 0, false);
        return _underWay = new Flush
        {
            HardState = hardState,
            Chunk = chunk,
            Installs = installs,
            Entries = installs ? [] : log.TakeUnflushed(),
        };
    }

    /// <summary>That very write is durable.</summary>
    public void Complete(Flush flush)
    {
        Invariant.Require(ReferenceEquals(flush, _underWay), "the flush that is reported is the one under way");
        _underWay = null;
        _durable = flush.HardState ?? _durable;
        if (flush.Chunk is not null)
            Chunk = null;
        if (flush.Installs)
            log.StartAt(flush.Chunk!.Position);
        else
            log.FlushDone();
    }
}
