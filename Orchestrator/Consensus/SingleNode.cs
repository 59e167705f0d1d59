using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>The log of a cluster with one manager: what is flushed here is committed.</summary>
/// <remarks>
/// One loop gathers what is in the inbox into a batch; a thread of its own writes and flushes it; then the loop applies
/// it and answers, while the next batch is being flushed. Nothing lingers: a lone proposal is flushed at once.
/// Every exception of the disk or the state machine ends the loop for good.
/// </remarks>
public sealed partial class SingleNode : IProposer, IAsyncDisposable
{
    private readonly SingleNodeOptions _options;
    private readonly IStateMachine _machine;
    private readonly NodeStorage _storage;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ProposalInbox _inbox;
    private readonly SnapshotTaker _snapshots;
    private readonly DiskThread _disk = new("log");
    private readonly CancellationTokenSource _disposing = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ProposalBatch _flushing = new();
    private ProposalBatch _applying = new();
    private ulong _lastIndex;
    private ulong _appliedIndex;
    private int _started;
    private int _disposed;

    private SingleNode(SingleNodeOptions options, NodeStorage storage, NodeSurroundings around)
    {
        _options = options;
        _storage = storage;
        _machine = around.Machine;
        _logger = around.Logger;
        _time = around.Time;
        _inbox = new ProposalInbox(options);
        _snapshots = new SnapshotTaker(options, storage.Snapshots, storage.Replayed, _inbox.Wake);
        _lastIndex = storage.Log.LastIndex;
        _appliedIndex = _lastIndex;
    }

    /// <summary>Index of the last entry the state machine has seen.</summary>
    public ulong AppliedIndex => Volatile.Read(ref _appliedIndex);

    /// <summary>Opens the directory and brings the state machine up to date. Blocks; call it before serving.</summary>
    /// <exception cref="LogException">in use, newer version, corrupt, another member's, or the disk fails</exception>
    public static SingleNode Open(
        SingleNodeOptions options, IStateMachine machine, ILogger<SingleNode> logger, TimeProvider time) =>
        Open(options, new PosixDisk(), new NodeSurroundings(machine, logger, time));

    internal static SingleNode Open(SingleNodeOptions options, ILogDisk disk, NodeSurroundings around)
    {
        options.Validate();
        var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Directory));
        var full = options with { Directory = directory };
        var node = new SingleNode(full, NodeStorage.Open(full, disk, around.Machine, around.Logger), around);
        node.LogOpened(directory, node.AppliedIndex, node._storage.Replayed.Entries);
        return node;
    }

    /// <remarks>
    /// The bytes must not change until the call returns, nor later when it was cancelled. A cancelled command may
    /// still be applied.
    /// </remarks>
    public ValueTask<Applied> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken ct) =>
        new(_inbox.ProposeAsync(command, ct));

    /// <remarks>A command is acknowledged after it is applied here, so the state is always new enough.</remarks>
    public ValueTask ReadBarrierAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _inbox.ThrowIfClosed();
        return ValueTask.CompletedTask;
    }

    /// <summary>The loop. Returns when cancelled; throws when the node can never go on. Call it once.</summary>
    /// <exception cref="LogException">the disk failed or an entry cannot be applied: end the process</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        Invariant.Require(Interlocked.Exchange(ref _started, 1) == 0, "the loop runs once");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, _disposing.Token);
        try
        {
            await LoopAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end that was asked for.
        }
        catch (Exception e)
        {
            LogFatal(e);
            Close($"the manager stops: {e.Message}");
            throw;
        }
        finally
        {
            Close("the manager is shutting down");
            _ended.SetResult();
        }
    }

    /// <summary>Ends the loop, waits for the disk as long as the options say, and gives the directory free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _disposing.CancelAsync();
        if (Interlocked.Exchange(ref _started, 1) == 0)
            _ended.SetResult();
        await _ended.Task;
        Close("the manager is shutting down");
        var threads = Task.WhenAll(_disk.DisposeAsync().AsTask(), _snapshots.DisposeAsync().AsTask());
        await threads.WaitAsync(_options.StopGrace, _time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (threads.IsCompleted)
            _storage.Dispose(); // a thread that hangs in the disk keeps files and lock until the process ends
        _disposing.Dispose();
    }

    private async Task LoopAsync(CancellationToken ct)
    {
        while (await _inbox.WaitAsync(ct))
        {
            var flush = Flush();
            await FinishSnapshotAsync();
            while (!_flushing.IsEmpty)
            {
                await WaitForDiskAsync(flush, ct);
                (_applying, _flushing) = (_flushing, _applying);
                flush = ct.IsCancellationRequested ? Task.CompletedTask : Flush();
                Apply();
                await FinishSnapshotAsync();
            }
        }
    }

    /// <summary>Makes the next batch of what waits and hands it to the disk's thread.</summary>
    private Task Flush()
    {
        _inbox.Fill(_flushing, _lastIndex, _storage.HardState.Term);
        if (_flushing.IsEmpty)
            return Task.CompletedTask;
        _lastIndex += (ulong)_flushing.Entries.Count;
        var entries = _flushing.Entries;
        return _disk.RunAsync(() => _storage.Log.Append(entries));
    }

    private void Apply()
    {
        for (var i = 0; i < _applying.Entries.Count; i++)
        {
            var applied = Replay.Apply(_machine, _applying.Entries[i]);
            Volatile.Write(ref _appliedIndex, _applying.Entries[i].Index);
            _applying.Complete(i, applied);
        }
        _snapshots.Count(_applying);
        _applying.Clear();
        if (_snapshots.IsDue)
            _snapshots.Begin(new SnapshotPosition(AppliedIndex, _storage.HardState.Term), _machine);
    }

    private async Task FinishSnapshotAsync()
    {
        if (!_snapshots.IsWritten)
            return;
        var removable = await _snapshots.FinishAsync();
        if (removable > 0)
            await _disk.RunAsync(() => _storage.Log.RemoveThrough(removable));
    }

    /// <summary>A stop lets the batch in flight come to its end, but not for ever.</summary>
    private async Task WaitForDiskAsync(Task flush, CancellationToken ct)
    {
        try
        {
            await flush.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            await WaitForLastBatchAsync(flush);
        }
    }

    private async Task WaitForLastBatchAsync(Task flush)
    {
        try
        {
            await flush.WaitAsync(_options.StopGrace, _time, CancellationToken.None);
        }
        catch (TimeoutException e)
        {
            throw new LogException(LogFailure.Stalled, $"the disk under {_options.Directory} did not finish a write "
                + $"within {_options.StopGrace.TotalSeconds:0.#} s. The manager stops without it.", e);
        }
    }

    private void Close(string reason)
    {
        _inbox.Close(reason);
        _applying.Fail(ProposalInbox.Closed(reason));
        _flushing.Fail(ProposalInbox.Closed(reason));
    }

    [LoggerMessage(LogLevel.Information,
        "log opened in {Directory}: at index {Index}, {Replayed} entries replayed behind the snapshot")]
    private partial void LogOpened(string directory, ulong index, int replayed);

    [LoggerMessage(LogLevel.Critical, "the log cannot go on: the manager stops")]
    private partial void LogFatal(Exception e);
}

/// <summary>What a node works with besides its disk.</summary>
internal sealed record NodeSurroundings(IStateMachine Machine, ILogger Logger, TimeProvider Time);
