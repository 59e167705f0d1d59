namespace Orchestrator.Cli.Client;

/// <summary>Cancels with the caller's token or when the time is over, whichever is first.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    public Deadline(TimeSpan time, TimeProvider clock, CancellationToken caller)
    {
        _timer = new CancellationTokenSource(time, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    public CancellationToken Token => _either.Token;

    public bool Passed => _timer.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
