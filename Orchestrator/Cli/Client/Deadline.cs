namespace Orchestrator.Cli.Client;

/// <summary>Cancels with the caller's token or when the time is over, whichever is first.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource timer;
    private readonly CancellationTokenSource either;

    public Deadline(TimeSpan time, TimeProvider clock, CancellationToken caller)
    {
        timer = new CancellationTokenSource(time, clock);
        either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, caller);
    }

    public CancellationToken Token => either.Token;

    public bool Passed => timer.IsCancellationRequested;

    public void Dispose()
    {
        either.Dispose();
        timer.Dispose();
    }
}
