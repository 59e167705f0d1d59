using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>What a start needs of the log: all behind the snapshot, and the newest of those under it.</summary>
/// <remarks>Those under it are for members that are only a little behind: they need no snapshot then.</remarks>
internal sealed class RecoveredEntries(ulong snapshot, RaftStorageOptions options)
{
    private readonly Queue<LogEntry> _under = [];
    private readonly List<LogEntry> _behind = [];
    private long _bytes;

    public void Add(LogEntry entry)
    {
        if (entry.Index > snapshot)
        {
            _behind.Add(entry);
            return;
        }
        _under.Enqueue(entry);
        _bytes += entry.Payload.Length;
        while (_under.Count > options.KeptEntries || _bytes > options.KeptBytes)
            _bytes -= _under.Dequeue().Payload.Length;
    }

    /// <summary>Those that are in the log after its recovery.</summary>
    public ImmutableArray<LogEntry> In(DurableLog log) =>
        [.. _under.Concat(_behind).Where(entry => entry.Index >= log.FirstIndex && entry.Index <= log.LastIndex)];
}
