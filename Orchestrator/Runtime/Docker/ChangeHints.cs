using System.Threading.Channels;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// Changed containers that nobody has looked at yet: each once, and all of them as one when there are too many.
/// </summary>
internal sealed class ChangeHints
{
    /// <summary>From here on looking at all of them is cheaper.</summary>
    private const int MaxContainers = 1000;

    private readonly Lock _lock = new();

    /// <summary>Holds at most one token, "there is something"; writing another one is not needed.</summary>
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private HashSet<string> _changed = new(StringComparer.Ordinal);
    private bool _all;

    public void Add(string containerId)
    {
        lock (_lock)
        {
            if (!_all)
                _changed.Add(containerId);
            if (_changed.Count > MaxContainers)
                MarkAll();
        }
        _signal.Writer.TryWrite(true);
    }

    public void AddAll()
    {
        lock (_lock)
            MarkAll();
        _signal.Writer.TryWrite(true);
    }

    /// <summary>Waits until there is something, and takes it all.</summary>
    public async Task<IReadOnlyCollection<RuntimeEvent>> TakeAsync(CancellationToken ct)
    {
        await _signal.Reader.ReadAsync(ct);
        lock (_lock)
        {
            var changed = _changed;
            var all = _all;
            _changed = new HashSet<string>(StringComparer.Ordinal);
            _all = false;
            return all ? [new RuntimeEvent(null)] : [.. changed.Select(id => new RuntimeEvent(id))];
        }
    }

    private void MarkAll()
    {
        _all = true;
        _changed.Clear();
    }
}
