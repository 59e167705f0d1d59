namespace Orchestrator.Runtime.Docker;

/// <summary>
/// One at a time for each key, all keys side by side. Holds an entry only while somebody is inside or waits.
/// </summary>
internal sealed class KeyedGate
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Waits for its turn; disposing the result lets the next one in.</summary>
    public async Task<IDisposable> EnterAsync(string key, CancellationToken ct)
    {
        var entry = Hold(key);
        try
        {
            await entry.Turn.WaitAsync(ct);
        }
        catch
        {
            Release(key, entry);
            throw;
        }
        return new Pass(this, key, entry);
    }

    private Entry Hold(string key)
    {
        lock (_entries)
        {
            if (!_entries.TryGetValue(key, out var entry))
                _entries[key] = entry = new Entry();
            entry.Holders++;
            return entry;
        }
    }

    private void Release(string key, Entry entry)
    {
        lock (_entries)
        {
            if (--entry.Holders > 0)
                return;
            _entries.Remove(key);
        }
        entry.Turn.Dispose();
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Holders { get; set; }
    }

    private sealed class Pass(KeyedGate gate, string key, Entry entry) : IDisposable
    {
        public void Dispose()
        {
            entry.Turn.Release();
            gate.Release(key, entry);
        }
    }
}
