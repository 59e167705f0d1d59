using System.Text;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>What a member has on its disk: only what was flushed.</summary>
internal sealed class CoreDisk
{
    private readonly List<byte> _received = [];
    private ReceivedPart _part;

    public HardState HardState { get; private set; }
    public List<LogEntry> Entries { get; private set; } = [];
    public LogPosition SnapshotPosition { get; private set; }
    public Membership Membership { get; private set; } = null!;
    public byte[] Snapshot { get; private set; } = [];

    public RecoveredState Recovered => new()
    {
        HardState = HardState,
        Snapshot = SnapshotPosition,
        Membership = Membership,
        Entries = [.. Entries.Where(entry => entry.Index > SnapshotPosition.Index)],
        Received = _part,
    };

    public void Start(Membership membership) => Membership = membership;

    public void Save(Flush flush)
    {
        if (flush.Chunk is { } chunk)
            Receive(chunk);
        if (flush.Installs)
            Install(flush.Chunk!);
        HardState = flush.HardState ?? HardState;
        foreach (var entry in flush.Entries)
        {
            Entries.RemoveAll(old => old.Index >= entry.Index);
            Entries.Add(entry);
        }
    }

    public void TakeSnapshot(LogPosition position, Membership membership, IEnumerable<string> state)
    {
        SnapshotPosition = position;
        Membership = membership;
        Snapshot = Encoding.UTF8.GetBytes(string.Join(' ', state));
    }

    /// <summary>Loses what was durable.</summary>
    public void Forget(ulong from) => Entries.RemoveAll(entry => entry.Index >= from);

    private void Receive(Message.SnapshotChunk chunk)
    {
        if (chunk.Offset == 0)
            _received.Clear();
        Assert.That(_received, Has.Count.EqualTo(chunk.Offset), "the pieces of a snapshot join");
        _received.AddRange(chunk.Bytes.ToArray());
        _part = new ReceivedPart(chunk.Position, _received.Count, chunk.Total);
    }

    private void Install(Message.SnapshotChunk last)
    {
        SnapshotPosition = last.Position;
        Membership = last.Membership;
        Snapshot = [.. _received];
        Entries.Clear();
        _part = default;
    }
}
