namespace Orchestrator.Consensus.Log;

/// <summary>Calls that block on the disk, one after the other, beside whoever gives them.</summary>
internal sealed class DiskQueue : IAsyncDisposable
{
    /// <summary>The owner waits for one piece of work before it gives the next, bar a rare removal of files.</summary>
    private const int MaxQueued = 8;

    private readonly object _gate = new();
    private readonly Queue<Task> _queue = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<Action> _start;
    private bool _isRunning;
    private bool _isEnding;

    /// <summary>The pool has one thread more for the one that may hang in the disk.</summary>
    static DiskQueue()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(workers + 1, ports);
    }

    private DiskQueue(Action<Action> start) => _start = start;

    /// <summary>For work of less than a millisecond on a good disk. One in a process.</summary>
    /// <remarks>
    /// On the pool: the thread that gave the work mostly takes it, and goes on with what follows from it. To wake a
    /// thread for it, and one of the pool at its end, takes as long as the flush.
    /// </remarks>
    public static DiskQueue OnPool() => new(run => ThreadPool.UnsafeQueueUserWorkItem(
        static run => run(), run, preferLocal: false));

    /// <summary>For work that takes its time, on a thread that is there while there is any.</summary>
    public static DiskQueue OnThread(string name) => new(
        run => new Thread(() => run()) { IsBackground = true, Name = name }.Start());

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
        _start(Run);
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
                _ended.TrySetResult();
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
                _ended.TrySetResult();
            return null;
        }
    }
}
