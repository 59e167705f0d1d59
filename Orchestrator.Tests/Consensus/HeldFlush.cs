namespace Orchestrator.Tests.Consensus;

/// <summary>Stops the disk at the next flush until it is released.</summary>
internal sealed class HeldFlush : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();

    /// <param name="then">runs in the flush when it is released; may throw</param>
    /// <param name="suffix">of the files that are held</param>
    public HeldFlush(FaultyDisk disk, Action? then = null, string suffix = ".log") => disk.OnFlush = path =>
    {
        if (!path.EndsWith(suffix, StringComparison.Ordinal))
            return;
        _reached.TrySetResult();
        _released.Wait(Patience);
        then?.Invoke();
    };

    public Task Reached => _reached.Task.WaitAsync(Patience);

    public void Release() => _released.Set();

    public void Dispose() => Release();
}
