using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Tells which tasks changed. The kernel reports it (one inotify instance on the flat directory of marks); a slow sweep
/// over all tasks catches what it may have dropped.
/// </summary>
internal sealed class ChangeFeed(string root, TimeProvider time)
{
    private const int Longest = 1024;
    private readonly ConcurrentDictionary<Subscription, byte> _subscriptions = [];

    /// <summary>A change that leaves no mark in the directory: health.</summary>
    internal void Announce(string taskId)
    {
        foreach (var subscription in _subscriptions.Keys)
            subscription.Put(taskId);
    }

    /// <param name="sweep">finds tasks whose state differs from when it was last asked</param>
    internal async IAsyncEnumerable<RuntimeEvent> WatchAsync(
        TimeSpan period, Func<IEnumerable<string>> sweep, [EnumeratorCancellation] CancellationToken ct)
    {
        var marks = TaskDirectory.MarkDirectory(root);
        Directory.CreateDirectory(marks);
        using var watcher =
            new FileSystemWatcher(marks) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite };
        var subscription = new Subscription();
        watcher.Created += (_, e) => subscription.Put(e.Name);
        watcher.Changed += (_, e) => subscription.Put(e.Name);
        watcher.Deleted += (_, e) => subscription.Put(e.Name);
        watcher.Error += (_, _) => subscription.Put(null);
        using var timer = time.CreateTimer(_ => subscription.Tick(), null, period, period);
        _subscriptions.TryAdd(subscription, 0);
        try
        {
            TryEnable(watcher);

            // What changed before this moment is for the reader to look up.
            yield return new RuntimeEvent(null);
            while (true)
                foreach (var change in await subscription.TakeAsync(sweep, ct))
                    yield return new RuntimeEvent(change);
        }
        finally
        {
            _subscriptions.TryRemove(subscription, out _);
        }
    }

    /// <summary>A host out of inotify instances is served by the sweep alone, some seconds later.</summary>
    private static void TryEnable(FileSystemWatcher watcher)
    {
        try
        {
            watcher.EnableRaisingEvents = true;
        }
        catch (IOException)
        {
            watcher.EnableRaisingEvents = false;
        }
    }

    /// <summary>
    /// The inbox of one reader: coalesced; when it is full, "look at all" stands for what did not fit.
    /// </summary>
    private sealed class Subscription
    {
        private readonly Lock _gate = new();
        private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
        private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        private bool _all;
        private bool _sweep;

        internal void Put(string? taskId)
        {
            lock (_gate)
            {
                if (taskId is null || _changed.Count >= Longest)
                    _all = true;
                else
                    _changed.Add(taskId);
            }

            _wake.Writer.TryWrite(true);
        }

        internal void Tick()
        {
            lock (_gate)
                _sweep = true;
            _wake.Writer.TryWrite(true);
        }

        internal async Task<IReadOnlyCollection<string?>> TakeAsync(
            Func<IEnumerable<string>> sweep, CancellationToken ct)
        {
            await _wake.Reader.ReadAsync(ct);
            HashSet<string?> changed;
            bool due;
            lock (_gate)
            {
                changed = [.. _changed];
                if (_all)
                    changed = [null];
                due = _sweep;
                _changed.Clear();
                _all = _sweep = false;
            }

            if (due)
                changed.UnionWith(sweep());
            return changed;
        }
    }
}
