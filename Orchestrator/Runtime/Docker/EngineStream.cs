namespace Orchestrator.Runtime.Docker;

/// <summary>An answer that goes on: a connection of its own, closed when this is disposed.</summary>
internal sealed class EngineStream(HttpResponseMessage response, Stream body) : IAsyncDisposable
{
    public Stream Body => body;

    public async ValueTask DisposeAsync()
    {
        await body.DisposeAsync();
        response.Dispose();
    }
}
