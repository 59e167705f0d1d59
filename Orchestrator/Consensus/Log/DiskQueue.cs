namespace Orchestrator.Consensus.Log;

/// <summary>Calls that block on the disk, one after the other, beside whoever gives them.</summary>
/// <remarks>
/// On the pool: the thread that gave the work mostly takes it, and goes on with what follows from it. To wake a thread
/// of its own for it, and one of the pool at its end, would take as long as a flush. The pool has a thread more for
/// each queue, which may hang in the disk.
/// </remarks>
internal sealed class DiskQueue : IAsyncDisposable
{
    /// <summary>The owner waits for one piece of work before it gives the next, bar a rare removal of files.</summary>
    private const int MaxQueued = 8;

    private static readonly Lock Pool = new();

    private readonly object _gate = new();
    private readonly Queue<Task> _queue = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isRunning;
    private bool _isEnding;

    public DiskQueue() => AddPoolThread(1);

    /// <summary>Completes when the work has run, with its exception when it threw.</summary>
    public Task RunAsync(Action action)
    {
        // Whoever awaits it goes on elsewhere: this is for the disk.
        var work = new Task(action, CancellationToken.None, TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            while (_queue.Count == MaxQueued && !_isEnding)
                Monitor.Wait(_gate);
            ObjectDisposedException.ThrowIf(_isEnding, this);
            _queue.Enqueue(work);
            if (_isRunning)
                return work;
            _isRunning = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Run(), this, preferLocal: false);
        return work;
    }

    /// <summary>Takes no more work; completes when what was given has run.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isEnding = true;
            Monitor.PulseAll(_gate);
            if (!_isRunning)
                End();
        }
        return new ValueTask(_ended.Task);
    }

    private void Run()
    {
        while (Next() is { } work)
            work.RunSynchronously(TaskScheduler.Default);
    }

    /// <summary>Null when there is nothing to do any more, for now.</summary>
    private Task? Next()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
            if (_queue.TryDequeue(out var work))
                return work;
            _isRunning = false;
            if (_isEnding)
                End();
            return null;
        }
    }

    private void End()
    {
        if (_ended.TrySetResult())
            AddPoolThread(-1);
    }

    private static void AddPoolThread(int count)
    {
        lock (Pool)
        {
            ThreadPool.GetMinThreads(out var workers, out var ports);
            ThreadPool.SetMinThreads(workers + count, ports);
        }
    }
}
