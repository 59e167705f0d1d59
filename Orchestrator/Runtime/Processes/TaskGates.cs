namespace Orchestrator.Runtime.Processes;

/// <summary>One call at a time for each task; a fixed number of gates, so that ids leave nothing behind.</summary>
internal sealed class TaskGates
{
    private readonly ImmutableArray<SemaphoreSlim> _gates = [.. Enumerable.Range(0, 64)
        .Select(_ => new SemaphoreSlim(1))];

    internal async Task<Holder> EnterAsync(string containerId, CancellationToken ct)
    {
        var gate = _gates[(int)((uint)containerId.GetHashCode(StringComparison.Ordinal) % _gates.Length)];
        await gate.WaitAsync(ct);
        return new Holder(gate);
    }

    internal readonly struct Holder(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
