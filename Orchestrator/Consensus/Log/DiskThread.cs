namespace Orchestrator.Consensus.Log;

/// <summary>A thread of its own for calls that block on the disk: a slow one must not hold up the pool.</summary>
/// <remarks>
/// It sleeps as soon as there is nothing to do. A blocking collection would look again and again first, and take the
/// processor from those that the next piece of work comes from.
/// </remarks>
internal sealed class DiskThread : IAsyncDisposable
{
    /// <summary>The owner waits for one piece of work before it gives the next, bar a rare removal of files.</summary>
    private const int MaxQueued = 8;

    private readonly object _gate = new();
    private readonly Queue<Task> _queue = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isEnding;

    public DiskThread(string name) => new Thread(Loop) { IsBackground = true, Name = name }.Start();

    /// <summary>Completes when the work has run, with its exception when it threw.</summary>
    public Task RunAsync(Action action)
    {
        // Whoever awaits it goes on elsewhere: this thread is for the disk.
        var work = new Task(action, CancellationToken.None, TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            while (_queue.Count == MaxQueued && !_isEnding)
                Monitor.Wait(_gate);
            ObjectDisposedException.ThrowIf(_isEnding, this);
            _queue.Enqueue(work);
            Monitor.PulseAll(_gate);
        }
        return work;
    }

    /// <summary>Takes no more work; completes when what was given has run.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isEnding = true;
            Monitor.PulseAll(_gate);
        }
        return new ValueTask(_ended.Task);
    }

    private void Loop()
    {
        while (Next() is { } work)
            work.RunSynchronously(TaskScheduler.Default);
        _ended.SetResult();
    }

    /// <summary>Waits for it; null at the end.</summary>
    private Task? Next()
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && !_isEnding)
                Monitor.Wait(_gate);
            Monitor.PulseAll(_gate);
            return _queue.TryDequeue(out var work) ? work : null;
        }
    }
}
