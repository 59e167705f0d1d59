using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>Decides when a snapshot is due and writes it beside the log. Used by the node's loop only.</summary>
/// <param name="wake">called on another thread when a snapshot <see cref="IsWritten"/></param>
internal sealed class SnapshotTaker(SingleNodeOptions options, SnapshotFiles files, Replay start, Action wake)
    : IAsyncDisposable
{
    private readonly DiskThread _thread = new("snapshot");
    private Task? _writing;
    private Task? _waking;
    private ulong _removable;
    private int _entries = start.Entries;
    private long _bytes = start.Bytes;

    public bool IsDue => _writing is null && (_entries >= options.SnapshotEntries || _bytes >= options.SnapshotBytes);

    /// <summary>Whether a snapshot is written and waits for <see cref="FinishAsync"/>.</summary>
    public bool IsWritten => _writing is { IsCompleted: true };

    public void Count(ProposalBatch applied)
    {
        _entries += applied.Entries.Count;
        _bytes += applied.Bytes;
    }

    /// <summary>Copies the state now; the file is written meanwhile.</summary>
    public void Begin(SnapshotPosition position, IStateMachine machine)
    {
        Invariant.Require(_writing is null, "one snapshot at a time");
        var state = new ChunkedBuffer();
        machine.WriteSnapshot(state);
        _entries = 0;
        _bytes = 0;
        _writing = _thread.RunAsync(() => _removable = files.Write(position, state));
        _waking = WakeAfterAsync(_writing);
    }

    /// <returns>the index through which the log is no longer needed; 0 when all of it is</returns>
    /// <exception cref="LogException">the snapshot could not be written</exception>
    public async Task<ulong> FinishAsync()
    {
        if (_writing is null || _waking is null)
            return 0;
        await _writing;
        await _waking;
        _writing = null;
        return _removable;
    }

    public ValueTask DisposeAsync() => _thread.DisposeAsync();

    private async Task WakeAfterAsync(Task writing)
    {
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        wake();
    }
}
