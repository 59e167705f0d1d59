using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Consensus;

/// <summary>
/// The storage with threads of its own: the node's loop gives work, goes on, and hears of the end on a later turn.
/// Flushes, snapshots and what others read of them do not wait for each other. Used by the node's loop only.
/// </summary>
/// <param name="wake">called on another thread when a piece of work has ended</param>
internal sealed partial class NodeDisk(RaftStorage storage, Action wake, ILogger logger) : IAsyncDisposable
{
    private readonly ILogger _logger = logger;
    private readonly DiskThread _log = new("log");
    private readonly DiskThread _snapshots = new("snapshot");
    private readonly DiskThread _chunks = new("chunks");
    private readonly ConcurrentQueue<Ended> _ended = new();
    private readonly Queue<Action> _waitingChunks = [];
    private readonly List<Task> _underWay = [];
    private bool _readsChunk;

    /// <summary>Files of an old key are left: snapshots make them go.</summary>
    public bool HasOldKeys => storage.HasOldKeys;

    /// <summary>A flush is under way.</summary>
    public bool IsWriting { get; private set; }

    /// <summary>Completes when nothing is under way; never throws.</summary>
    public Task Idle => Task.WhenAll(_underWay);

    /// <param name="then">called on the loop when it is durable, with the snapshot that was put in place</param>
    public void Save(Flush flush, Action<StoredSnapshot?> then)
    {
        StoredSnapshot? installed = null;
        IsWriting = true;
        Run(_log, () => installed = storage.Save(flush), () =>
        {
            IsWriting = false;
            then(installed);
        });
    }

    /// <param name="then">called on the loop with the bytes of the state</param>
    public void WriteSnapshot(TakenSnapshot snapshot, Action<long> then)
    {
        var state = new ChunkedBuffer();
        Run(_snapshots, () =>
        {
            snapshot.Write(state);
            storage.WriteSnapshot(snapshot.Position, snapshot.Membership, state);
        }, () => then(state.Length));
    }

    /// <summary>The log is not needed through that index any more.</summary>
    public void RemoveThrough(ulong index, Action then) => Run(_log, () => storage.RemoveThrough(index), then);

    /// <param name="then">called with the piece; null when the snapshot cannot be read</param>
    public void ReadChunk(SnapshotRead read, Action<SnapshotPiece?> then)
    {
        _waitingChunks.Enqueue(() =>
        {
            SnapshotPiece? chunk = null;
            Run(_chunks, () => chunk = TryRead(read), () =>
            {
                _readsChunk = false;
                then(chunk);
                ReadNextChunk();
            });
        });
        ReadNextChunk();
    }

    /// <summary>Does what waited for work that has ended meanwhile.</summary>
    /// <exception cref="LogException">work failed: end the process</exception>
    public async ValueTask FinishAsync()
    {
        while (_ended.TryDequeue(out var ended))
        {
            _underWay.RemoveAll(task => task.IsCompleted);
            await ended.Work;
            ended.Then();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(
            _log.DisposeAsync().AsTask(), _snapshots.DisposeAsync().AsTask(), _chunks.DisposeAsync().AsTask());
        await Idle;
        storage.Dispose();
    }

    /// <summary>A snapshot that cannot be read is a reason to give the office to another, not to end.</summary>
    private SnapshotPiece? TryRead(SnapshotRead read)
    {
        try
        {
            return storage.ReadChunk(read.Position, read.Offset, read.MaxBytes);
        }
        catch (LogException e)
        {
            LogUnreadable(e);
            return null;
        }
    }

    private void ReadNextChunk()
    {
        if (_readsChunk || !_waitingChunks.TryDequeue(out var next))
            return;
        _readsChunk = true;
        next();
    }

    private void Run(DiskThread thread, Action work, Action then) =>
        _underWay.Add(ReportAsync(thread.RunAsync(work), then));

    private async Task ReportAsync(Task work, Action then)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Enqueue(new Ended(work, then));
        wake();
    }

    [LoggerMessage(LogLevel.Error, "another manager waits for a snapshot that cannot be read here")]
    private partial void LogUnreadable(Exception e);

    private readonly record struct Ended(Task Work, Action Then);
}
