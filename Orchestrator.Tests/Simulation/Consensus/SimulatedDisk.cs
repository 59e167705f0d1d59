using System.Runtime.InteropServices;
using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>What of a member outlives a crash. A flush reaches it in steps, and a crash stops between any two of them.</summary>
internal sealed class SimulatedDisk
{
    private const int KeptSnapshots = 2;

    private readonly List<LogEntry> _log = [];
    private readonly List<StoredSnapshot> _snapshots = [];
    private readonly List<byte> _received = [];
    private LogPosition _receiving;
    private long _receivingTotal;

    public SimulatedDisk(Membership first) => _snapshots.Add(new StoredSnapshot(default, first, new Register().Save()));

    public HardState HardState { get; private set; }

    /// <summary>The newest; one that stands for nothing when there is none.</summary>
    public StoredSnapshot Snapshot => _snapshots[^1];

    /// <summary>A record does not fit its checksum: a member does not start with that.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>How many snapshots came from leaders.</summary>
    public int Installed { get; private set; }

    public LogPosition Last => _log.Count > 0 ? _log[^1].Position : Snapshot.Position;

    public ReadOnlySpan<LogEntry> Log => CollectionsMarshal.AsSpan(_log);

    /// <summary>Null: not kept (any more), or not there yet.</summary>
    public LogEntry? Entry(ulong index)
    {
        if (_log.Count == 0 || index < _log[0].Index || index > _log[^1].Index)
            return null;
        return _log[(int)(index - _log[0].Index)];
    }

    /// <summary>Whether the log reaches through this place, or a snapshot stands for it.</summary>
    public bool Holds(LogPosition position) =>
        position.Index <= Snapshot.Position.Index || Entry(position.Index)?.Term == position.Term;

    /// <summary>How many bytes of that snapshot have been received.</summary>
    public long Received(LogPosition position) => _receiving == position ? _received.Count : 0;

    public void Write(Flush flush) => Write(flush, int.MaxValue);

    /// <summary>As far as a crash lets it.</summary>
    /// <param name="steps">done of it: a piece of a snapshot, the hard state, the cut and each entry are one each</param>
    public void Write(Flush flush, int steps)
    {
        using var step = Steps(flush).GetEnumerator();
        while (steps > 0 && step.MoveNext())
            steps--;
    }

    public static int MostSteps(Flush flush) => flush.Entries.Length + 4;

    public void Add(StoredSnapshot snapshot)
    {
        if (snapshot.Position.Index < Snapshot.Position.Index)
            return;
        _snapshots.RemoveAll(old => old.Position == snapshot.Position);
        _snapshots.Add(snapshot);
        if (_snapshots.Count > KeptSnapshots)
            _snapshots.RemoveAt(0);
    }

    /// <summary>Entries before the index are dropped.</summary>
    public void Compact(ulong keepFrom) => _log.RemoveAll(entry => entry.Index < keepFrom);

    public StoredSnapshot? Find(LogPosition position) => _snapshots.Find(snapshot => snapshot.Position == position);

    public RecoveredState Recover()
    {
        DropLogThatDoesNotFitTheSnapshot();
        return new RecoveredState
        {
            HardState = HardState,
            Snapshot = Snapshot.Position,
            Membership = Snapshot.Membership,
            Entries = [.. _log],
            Received = new ReceivedPart(_receiving, _received.Count, _receivingTotal),
        };
    }

    private IEnumerable<bool> Steps(Flush flush)
    {
        if (flush.Chunk is { } chunk)
        {
            Keep(chunk);
            yield return true;
            if (flush.Installs)
            {
                Install(chunk);
                yield return true;
                _log.Clear();
                yield return true;
            }
        }
        if (flush.HardState is { } hardState)
        {
            HardState = hardState;
            yield return true;
        }
        if (flush.Entries.IsDefaultOrEmpty)
            yield break;
        Cut(flush.Entries[0].Index);
        yield return true;
        foreach (var entry in flush.Entries)
        {
            _log.Add(entry);
            yield return true;
        }
    }

    private void Cut(ulong first)
    {
        SafetyViolation.Unless(first > Snapshot.Position.Index && first <= Last.Index + 1, "a flush fits the log",
            () => $"entries from {first} behind {Last}, snapshot {Snapshot.Position}");
        if (_log.Count > 0 && first <= _log[^1].Index)
            _log.RemoveRange((int)(first - _log[0].Index), (int)(_log[^1].Index - first + 1));
    }

    private void Keep(Message.SnapshotChunk chunk)
    {
        if (chunk.Offset == 0)
        {
            _receiving = chunk.Position;
            _receivingTotal = chunk.Total;
            _received.Clear();
        }
        SafetyViolation.Unless(_receiving == chunk.Position && _received.Count == chunk.Offset,
            "a snapshot is received without gaps", () => $"{chunk.Position} at {chunk.Offset} behind {_received.Count} of {_receiving}");
        _received.AddRange(chunk.Bytes.Span);
    }

    private void Install(Message.SnapshotChunk chunk)
    {
        SafetyViolation.Unless(_received.Count == chunk.Total, "only a whole snapshot is installed",
            () => $"{_received.Count} of {chunk.Total} bytes");
        SafetyViolation.Unless(chunk.Position.Index > Snapshot.Position.Index, "a snapshot never goes back",
            () => $"{chunk.Position} over {Snapshot.Position}");
        Add(new StoredSnapshot(chunk.Position, chunk.Membership, [.. _received]));
        Installed++;
        _received.Clear();
        (_receiving, _receivingTotal) = (default, 0);
    }

    /// <summary>After a crash between putting a snapshot in place and emptying the log.</summary>
    private void DropLogThatDoesNotFitTheSnapshot()
    {
        if (_log.Count == 0)
            return;
        var at = Snapshot.Position.Index;
        Invariant.Require(_log[0].Index <= at + 1, "the log begins behind the snapshot, without a gap");
        if (at > 0 && _log[0].Index <= at && Entry(at)?.Term != Snapshot.Position.Term)
            _log.Clear();
    }
}

/// <param name="Membership">as of the position</param>
/// <param name="State">as <see cref="Register.Save"/> made it</param>
internal sealed record StoredSnapshot(LogPosition Position, Membership Membership, byte[] State);
