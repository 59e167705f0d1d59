namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>Several clients that write until they are stopped.</summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public WriteLoad(int clients, IReadOnlyList<ApiSocket> managers, History history, int seed) =>
        _running = Task.WhenAll(Enumerable.Range(1, clients)
            .Select(number => new LoadClient($"c{number}", managers, history, new Random(seed * clients + number)))
            .Select(client => client.RunAsync(Pace, _stop.Token)));

    /// <summary>Completes when every client has had its last answer.</summary>
    /// <exception cref="InvalidOperationException">a client got an answer that no fault excuses</exception>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
