using System.Runtime.InteropServices;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Core;

/// <summary>
/// The log in memory, behind a place up to which it was dropped, and how much of it the disk has.
/// Invariants: base ≤ durable ≤ handed ≤ last.
/// </summary>
internal sealed class RaftLog
{
    /// <summary>What an entry costs beside its payload, in bytes, so that empty ones have a limit too.</summary>
    private const int EntryOverhead = 64;

    private readonly List<LogEntry> _entries = [];

    /// <summary>Last index that was given to a flush.</summary>
    private ulong _handed;

    /// <summary>
    /// What the flush under way makes durable; less when the log was cut meanwhile, since other entries may stand there
    /// by then.
    /// </summary>
    private ulong _underWay;

    /// <summary>The last cut of <see cref="Slice"/>: members that are equally far get the same array.</summary>
    private (ulong From, ulong Last, ImmutableArray<LogEntry> Entries) _recent = (0, 0, []);

    /// <param name="snapshot">everything up to here is in the state</param>
    /// <param name="entries">durable ones, without gaps; the first at most one behind the snapshot</param>
    public RaftLog(LogPosition snapshot, ImmutableArray<LogEntry> entries)
    {
        Base = snapshot;
        foreach (var entry in entries)
        {
            if (entry.Index == entries[0].Index && entry.Index <= snapshot.Index)
                Base = entry.Position;
            else
                Append(entry);
        }
        Invariant.Require(Last.Index >= snapshot.Index && Contains(snapshot), "the log joins the snapshot");
        Durable = _handed = _underWay = Last.Index;
    }

    /// <summary>Entries up to here are not kept; its term is known.</summary>
    public LogPosition Base { get; private set; }

    public LogPosition Last => _entries.Count == 0 ? Base : _entries[^1].Position;

    /// <summary>The disk has this log up to here.</summary>
    public ulong Durable { get; private set; }

    public bool HasUnflushed => _handed < Last.Index;

    /// <summary>Bytes of an entry as the limits count them.</summary>
    public static int CostOf(int payload) => payload + EntryOverhead;

    /// <returns>null when the entry is dropped or not there yet</returns>
    public ulong? TermAt(ulong index)
    {
        if (index == Base.Index)
            return Base.Term;
        return index < Base.Index || index > Last.Index ? null : At(index).Term;
    }

    public bool Contains(LogPosition position) => TermAt(position.Index) == position.Term;

    /// <param name="index">of an entry that is kept, or of the base</param>
    public LogPosition PositionAt(ulong index) =>
        new(index, TermAt(index) ?? throw new InvariantException($"entry {index} is not kept"));

    public LogEntry At(ulong index) => _entries[OffsetOf(index)];

    public void Append(LogEntry entry)
    {
        Invariant.Require(entry.Index == Last.Index + 1, "the log has no gaps");
        Invariant.Require(entry.Term >= Last.Term, "terms never fall within the log");
        _entries.Add(entry);
    }

    /// <summary>Drops everything from <paramref name="index"/> on, which another leader overruled.</summary>
    public void Cut(ulong index)
    {
        Invariant.Require(index > Base.Index, "what is dropped was committed and cannot be cut");
        var keep = OffsetOf(index);
        _entries.RemoveRange(keep, _entries.Count - keep);
        _recent = (0, 0, []);
        Durable = Math.Min(Durable, index - 1);
        _handed = Math.Min(_handed, index - 1);
        _underWay = Math.Min(_underWay, index - 1);
    }

    /// <summary>Everything that no flush has had yet.</summary>
    public ImmutableArray<LogEntry> TakeUnflushed()
    {
        var first = _handed + 1;
        _handed = _underWay = Last.Index;
        return Copy(first, (int)(_handed + 1 - first));
    }

    /// <summary>The flush of what was taken last is done.</summary>
    public void FlushDone() => Durable = Math.Max(Durable, _underWay);

    /// <summary>The log is empty behind a snapshot that was put in place.</summary>
    public void StartAt(LogPosition snapshot)
    {
        _entries.Clear();
        _recent = (0, 0, []);
        Base = snapshot;
        Durable = _handed = _underWay = snapshot.Index;
    }

    /// <summary>Forgets the entries below <paramref name="index"/>.</summary>
    public void DropBelow(ulong index)
    {
        if (index <= Base.Index + 1)
            return;
        Invariant.Require(index <= Durable + 1, "only what is durable is dropped");
        var position = PositionAt(index - 1);
        _entries.RemoveRange(0, (int)(position.Index - Base.Index));
        Base = position;
    }

    /// <summary>Entries from an index on, until one of the limits is reached; at least one when there is one.</summary>
    /// <param name="limit">no further entry is taken beyond it</param>
    public ImmutableArray<LogEntry> Slice(ulong from, ulong limit, int maxBytes, int maxEntries)
    {
        if (_recent.From == from && _recent.Last == limit)
            return _recent.Entries;
        var count = 0;
        for (long bytes = 0; from + (ulong)count <= limit && count < maxEntries && bytes < maxBytes; count++)
            bytes += CostOf(At(from + (ulong)count).Payload.Length);
        _recent = (from, limit, Copy(from, count));
        return _recent.Entries;
    }

    /// <summary>Bytes of the entries behind <paramref name="from"/>, up to <paramref name="to"/>.</summary>
    public long CostBetween(ulong from, ulong to)
    {
        long bytes = 0;
        for (var index = from + 1; index <= to; index++)
            bytes += CostOf(At(index).Payload.Length);
        return bytes;
    }

    /// <summary>
    /// The last place up to <paramref name="place"/>'s index whose term is not newer than its term: where two logs that
    /// differ at that index may agree again.
    /// </summary>
    /// <returns>an index; one below the base when it would be dropped</returns>
    public ulong LastNotNewer(LogPosition place)
    {
        var low = Base.Index;
        var high = Math.Min(place.Index, Last.Index);
        if (high < low || Base.Term > place.Term)
            return low == 0 ? 0 : low - 1;
        while (low < high)
        {
            var middle = high - ((high - low) / 2);
            if (PositionAt(middle).Term <= place.Term)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    private ImmutableArray<LogEntry> Copy(ulong first, int count) => count == 0
        ? []
        : ImmutableCollectionsMarshal.AsImmutableArray(
            CollectionsMarshal.AsSpan(_entries).Slice(OffsetOf(first), count).ToArray());

    private int OffsetOf(ulong index) => checked((int)(index - Base.Index - 1));
}
