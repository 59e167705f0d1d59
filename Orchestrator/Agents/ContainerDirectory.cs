using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>
/// Lists all containers for whoever asks: those who ask while a listing is on its way share the next one.
/// </summary>
internal sealed class ContainerDirectory(IContainerRuntime runtime, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private Listing? _next;

    /// <summary>What is the case at some moment after the call.</summary>
    /// <exception cref="RuntimeException">the runtime does not answer</exception>
    public async Task<IReadOnlyList<ContainerObservation>> ListAsync(CancellationToken ct)
    {
        Listing listing;
        lock (_lock)
            listing = _next ??= new Listing();
        await _turn.WaitAsync(ct);
        try
        {
            return listing.Result ??= await ListNowAsync(ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<IReadOnlyList<ContainerObservation>> ListNowAsync(CancellationToken ct)
    {
        lock (_lock)
            _next = null;
        return await Timed.RunAsync(runtime.ListAsync, Limit, clock, ct);
    }

    private sealed class Listing
    {
        public IReadOnlyList<ContainerObservation>? Result { get; set; }
    }
}
