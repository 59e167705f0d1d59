using System.Runtime.CompilerServices;

namespace Orchestrator.Consensus;

/// <summary>Where the node's loop shows how things stand, for everybody else.</summary>
internal sealed class StatusBoard(MemberStatus first)
{
    private readonly Lock _gate = new();
    private MemberStatus _current = first;
    private Leadership? _leadership;
    private TaskCompletionSource _changed = NewSource();
    private bool _closed;

    public MemberStatus Current => Volatile.Read(ref _current);

    /// <summary>Wakes those who wait only if the leader, the members or this member's office changed.</summary>
    public void Show(MemberStatus status, Leadership? leadership)
    {
        TaskCompletionSource? changed = null;
        lock (_gate)
        {
            if (!status.IsSameGroupAs(_current) || leadership != _leadership)
                (changed, _changed) = (_changed, NewSource());
            _leadership = leadership;
            Volatile.Write(ref _current, status);
        }
        changed?.SetResult();
    }

    /// <summary>Nothing more will be shown.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _leadership = null;
        }
        _changed.TrySetResult();
    }

    /// <summary>The newest status, now and after each change of leader or members. A slow reader skips some.</summary>
    public async IAsyncEnumerable<MemberStatus> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            var seen = See();
            yield return seen.Status;
            if (seen.IsLast)
                yield break;
            await seen.Changed.WaitAsync(ct);
        }
    }

    /// <summary>
    /// Completes with this member's next time of office, or the present one; null when the node ends.
    /// </summary>
    public async Task<Leadership?> LeadAsync(CancellationToken ct)
    {
        while (true)
        {
            var seen = See();
            if (seen.IsLast || seen.Leadership is { Lost.IsCancellationRequested: false })
                return seen.Leadership;
            await seen.Changed.WaitAsync(ct);
        }
    }

    private Seen See()
    {
        lock (_gate)
            return new Seen(_current, _leadership, _changed.Task) { IsLast = _closed };
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Seen(MemberStatus Status, Leadership? Leadership, Task Changed)
    {
        public bool IsLast { get; init; }
    }
}
