using System.Threading.Channels;

namespace Orchestrator.Consensus;

/// <summary>Wakes one loop: any number of calls before it looks make it look once.</summary>
internal sealed class WakeUp
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>From any thread; the loop goes on elsewhere.</summary>
    public void Set() => _signal.Writer.TryWrite(true);

    /// <summary>Completes when there was a call since the last time.</summary>
    public async ValueTask WaitAsync(CancellationToken ct) => await _signal.Reader.ReadAsync(ct);
}
