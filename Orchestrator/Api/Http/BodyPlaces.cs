namespace Orchestrator.Api.Http;

/// <summary>
/// How many large request bodies are in memory at once. The others wait half sent, which costs the daemon what a
/// connection buffers and no more, however many clients send slowly.
/// </summary>
internal sealed class BodyPlaces : IDisposable
{
    public const int Count = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _free = new(Count);

    /// <summary>A request's part in it: no place yet, and none any more once it is disposed.</summary>
    public Place None() => new(_free);

    public void Dispose() => _free.Dispose();

    internal sealed class Place(SemaphoreSlim free) : IDisposable
    {
        private bool _taken;

        /// <exception cref="ApiException">none became free in time</exception>
        public async ValueTask TakeAsync(CancellationToken ct)
        {
            if (_taken)
                return;
            if (!await free.WaitAsync(Patience, ct))
                throw ApiException.Unavailable($"{Count} other large requests are still being sent: try again");
            _taken = true;
        }

        public void Dispose()
        {
            if (_taken)
                free.Release();
            _taken = false;
        }
    }
}
