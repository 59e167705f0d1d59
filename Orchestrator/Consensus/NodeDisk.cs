using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Consensus;

/// <summary>
/// The storage with queues of its own: the node's loop gives work, goes on, and hears of the end on a later turn.
/// Flushes, snapshots and what others read of them do not wait for each other. Used by the node's loop only.
/// </summary>
/// <param name="read">reads a state that came from the leader; see <see cref="ReplicatedState.ReadSnapshot"/></param>
/// <param name="wake">called on another thread when a piece of work has ended</param>
internal sealed partial class NodeDisk(
    RaftStorage storage, Func<ulong, ReadOnlyMemory<byte>, Action> read, Action wake, ILogger logger) : IAsyncDisposable
{
    private readonly ILogger _logger = logger;
    private readonly DiskQueue _log = new();
    private readonly DiskQueue _snapshots = new();
    private readonly DiskQueue _chunks = new();
    private readonly ConcurrentQueue<Ended> _ended = new();
    private readonly Queue<Action> _waitingChunks = [];
    private readonly List<Task> _underWay = [];
    private bool _readsChunk;

    /// <summary>Files of an old key are left: snapshots make them go.</summary>
    public bool HasOldKeys => storage.HasOldKeys;

    /// <summary>Id of the key that new files get.</summary>
    public ulong KeyId => storage.KeyId;

    /// <summary>When a key was made or forgotten last.</summary>
    public DateTimeOffset KeysChangedAt => storage.KeysChangedAt;

    /// <summary>A flush is under way.</summary>
    public bool IsWriting { get; private set; }

    /// <summary>Completes when nothing is under way; never throws.</summary>
    public Task Idle => Task.WhenAll(_underWay);

    /// <param name="then">called on the loop when it is durable, with the snapshot that was put in place</param>
    public void Save(Flush flush, Action<InstalledSnapshot?> then)
    {
        InstalledSnapshot? installed = null;
        IsWriting = true;
        Run(_log, () => installed = storage.Save(flush) is { } snapshot ? Read(snapshot) : null, () =>
        {
            IsWriting = false;
            then(installed);
        });
    }

    /// <param name="write">writes the state as of <paramref name="applied"/>; takes its time</param>
    /// <param name="then">called on the loop with the bytes of the state</param>
    public void WriteSnapshot(AppliedState applied, Action<IBufferWriter<byte>> write, Action<long> then)
    {
        var bytes = 0L;
        Run(_snapshots, () =>
        {
            var state = new ChunkedBuffer();
            write(state);
            bytes = state.Length;
            storage.WriteSnapshot(applied.Position, applied.Membership, state);
        }, () => then(bytes));
    }

    /// <summary>
    /// Completes when a new key is durable, or at once when files of an old one are left: that one goes first. May be
    /// called from any thread, unlike all others.
    /// </summary>
    /// <exception cref="LogException">it could not be written: the storage takes nothing more</exception>
    public Task RotateKeyAsync() => _log.RunAsync(() =>
    {
        if (!storage.HasOldKeys)
            storage.Rotate();
    });

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
    public void Finish()
    {
        while (_ended.TryDequeue(out var ended))
        {
            _underWay.RemoveAll(task => task.IsCompleted);
            if (ended.Work.Exception?.InnerException is { } failure)
                ExceptionDispatchInfo.Throw(failure);
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

    private InstalledSnapshot Read(StoredSnapshot snapshot) => new(
        new AppliedState(snapshot.Position, snapshot.Membership), read(snapshot.Position.Index, snapshot.State));

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

    /// <summary>Its end is reported by the thread itself: one change of threads less in the way of a commit.</summary>
    private void Run(DiskQueue queue, Action action, Action then)
    {
        var work = new Task(action);
        _underWay.Add(queue.RunAsync(() =>
        {
            work.RunSynchronously(TaskScheduler.Default);
            _ended.Enqueue(new Ended(work, then));
            wake();
        }));
    }

    [LoggerMessage(LogLevel.Error, "another manager waits for a snapshot that cannot be read here")]
    private partial void LogUnreadable(Exception e);

    private readonly record struct Ended(Task Work, Action Then);
}

/// <summary>The leader's snapshot took the place of the log.</summary>
/// <param name="PutInPlace">makes it the state, at once</param>
internal sealed record InstalledSnapshot(AppliedState Applied, Action PutInPlace);
