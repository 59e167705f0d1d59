using System.Collections.Concurrent;

namespace Orchestrator.Consensus.Log;

/// <summary>A thread of its own for calls that block on the disk, so that a slow one never holds up the thread pool.</summary>
internal sealed class DiskThread : IAsyncDisposable
{
    /// <summary>The owner waits for one piece of work before it gives the next, bar a rare removal of files.</summary>
    private const int MaxQueued = 8;

    private readonly BlockingCollection<Work> _queue = new(MaxQueued);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DiskThread(string name) => new Thread(Loop) { IsBackground = true, Name = name }.Start();

    /// <summary>Completes when the work has run, with its exception when it threw.</summary>
    public Task RunAsync(Action action)
    {
        var work = new Work(action, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _queue.Add(work);
        return work.Done.Task;
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
            Run(work);
        _ended.SetResult();
        _queue.Dispose();
    }

    private static void Run(Work work)
    {
        try
        {
            work.Action();
            work.Done.SetResult();
        }
        catch (Exception e)
        {
            work.Done.SetException(e);
        }
    }

    private readonly record struct Work(Action Action, TaskCompletionSource Done);
}
