using System.Collections.Concurrent;

namespace Orchestrator.Consensus.Log;

/// <summary>A thread of its own for calls that block on the disk: a slow one must not hold up the pool.</summary>
internal sealed class DiskThread : IAsyncDisposable
{
    /// <summary>The owner waits for one piece of work before it gives the next, bar a rare removal of files.</summary>
    private const int MaxQueued = 8;

    private readonly BlockingCollection<Task> _queue = new(MaxQueued);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DiskThread(string name) => new Thread(Loop) { IsBackground = true, Name = name }.Start();

    /// <summary>Completes when the work has run, with its exception when it threw.</summary>
    public Task RunAsync(Action action)
    {
        // Whoever awaits it goes on elsewhere: this thread is for the disk.
        var work = new Task(action, CancellationToken.None, TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add(work);
        return work;
    }

    /// <summary>Takes no more work; completes when what was given has run.</summary>
    public ValueTask DisposeAsync()
    {
        if (!_ended.Task.IsCompleted)
            _queue.CompleteAdding();
        return new ValueTask(_ended.Task);
    }

    private void Loop()
    {
        foreach (var work in _queue.GetConsumingEnumerable())
            work.RunSynchronously(TaskScheduler.Default);
        _ended.SetResult();
        _queue.Dispose();
    }
}
