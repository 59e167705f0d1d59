using System.Text;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>A core with a disk that flushes when it is told, and a state that is the list of its commands.</summary>
internal sealed class CoreMember
{
    private readonly RaftOptions _options;
    private readonly Action<string> _trace;
    private string _shown = "";

    public CoreMember(RaftOptions options, Membership membership, Action<string> trace)
    {
        _options = options;
        _trace = trace;
        Disk.Start(membership);
        Core = new RaftCore(options, Disk.Recovered);
    }

    public ulong Id => _options.Self.Value;
    public RaftCore Core { get; private set; }
    public CoreDisk Disk { get; } = new();
    public List<string> State { get; private set; } = [];
    public List<LogEntry> Applied { get; } = [];
    public List<ReadReady> Reads { get; } = [];
    public List<RefusedForward> Refused { get; } = [];
    public Flush? Pending { get; private set; }
    public bool CanReadSnapshots { get; set; } = true;

    /// <summary>Those too that are taken later.</summary>
    public bool LosesAllSnapshots { get; set; }

    /// <summary>Does what the core wants, but for flushes, which wait.</summary>
    public List<Message> Work()
    {
        var messages = new List<Message>();
        for (var ready = Core.TakeReady(); !ready.IsEmpty; ready = Core.TakeReady())
        {
            Show();
            messages.AddRange(ready.Messages);
            foreach (var message in ready.Messages)
                _trace(CoreTrace.Describe(message));
            if (ready.Flush is { } flush)
            {
                Pending = flush;
                _trace($"{Id} writes {CoreTrace.Describe(flush)}");
            }
            Apply(ready.Committed);
            Finish(ready);
        }
        Show();
        return messages;
    }

    public void Flush()
    {
        if (Pending is not { } flush)
            return;
        Pending = null;
        Disk.Save(flush);
        if (flush.Installs)
        {
            State = Parse(Disk.Snapshot);
            _trace($"{Id} restores {flush.Chunk!.Position.Index}: {string.Join(' ', State)}");
        }
        Core.Flushed(flush);
    }

    public void Restart()
    {
        Pending = null;
        State = Parse(Disk.Snapshot);
        Core = new RaftCore(_options, Disk.Recovered);
        _trace($"{Id} restarts at {CoreTrace.Describe(Core.LastPosition)}, term {Core.Term}");
    }

    /// <param name="keepFrom">first entry that stays in memory</param>
    public void TakeSnapshot(ulong keepFrom)
    {
        var position = Disk.Entries.First(entry => entry.Index == Core.AppliedIndex).Position;
        Disk.TakeSnapshot(position, Core.CommittedMembership, State);
        Core.SnapshotTaken(position, Core.CommittedMembership, keepFrom);
    }

    private void Apply(ImmutableArray<LogEntry> committed)
    {
        foreach (var entry in committed)
        {
            Applied.Add(entry);
            if (entry.Kind == EntryKind.Command)
                State.Add(Encoding.UTF8.GetString(entry.Payload.Span));
            _trace($"{Id} applies {CoreTrace.Describe(entry)}");
            Core.Applied(entry.Index);
        }
    }

    private void Finish(Ready ready)
    {
        Reads.AddRange(ready.Reads);
        foreach (var read in ready.Reads)
            _trace(read.Index == 0 ? $"{Id} refuses read {read.Ticket}" : $"{Id} may answer read {read.Ticket} at {read.Index}");
        Refused.AddRange(ready.Refused);
        foreach (var refused in ready.Refused)
            _trace($"{Id} hears that command {refused.Ticket} was refused: {refused.Why}");
        foreach (var read in ready.SnapshotReads)
            Answer(read);
        if (ready.WantsSnapshot)
            ReplaceSnapshot();
    }

    private void ReplaceSnapshot()
    {
        CanReadSnapshots = !LosesAllSnapshots;
        TakeSnapshot(Core.AppliedIndex + 1);
        _trace($"{Id} takes another snapshot, of {CoreTrace.Describe(Disk.SnapshotPosition)}");
    }

    private void Answer(SnapshotRead read)
    {
        if (!CanReadSnapshots || read.Position != Disk.SnapshotPosition)
        {
            _trace($"{Id} cannot read snapshot {CoreTrace.Describe(read.Position)}");
            Core.SnapshotUnreadable(read);
            return;
        }
        var rest = Disk.Snapshot.Length - (int)read.Offset;
        var bytes = Disk.Snapshot.AsMemory((int)read.Offset, Math.Min(rest, read.MaxBytes));
        Core.SendChunk(read, bytes, Disk.Snapshot.Length, Disk.Membership);
    }

    private void Show()
    {
        var now = Core.LostData is { } lost ? $"{Id} LOST DATA: {lost}"
            : $"{Id} is {Core.Role} in term {Core.Term}" + (Core.Leader.IsNone ? "" : $", led by {Core.Leader}");
        if (now != _shown)
            _trace(now);
        _shown = now;
    }

    private static List<string> Parse(byte[] snapshot) =>
        [.. Encoding.UTF8.GetString(snapshot).Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
