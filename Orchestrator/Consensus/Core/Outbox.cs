namespace Orchestrator.Consensus.Core;

/// <summary>Everything that goes out with the next <see cref="Ready"/>.</summary>
internal sealed class Outbox
{
    /// <summary>Messages that wait for the disk; it hangs when there are more, and the peers ask again.</summary>
    private const int MostHeld = 1024;

    private readonly List<Message> _messages = [];
    private readonly List<Message> _held = [];
    private readonly List<ReadReady> _reads = [];
    private readonly List<SnapshotRead> _snapshotReads = [];
    private readonly List<RefusedForward> _refused = [];
    private bool _holds;
    private bool _wantsSnapshot;

    /// <summary>Sends what binds this member: not before its term and vote are durable.</summary>
    public void Send(Message message)
    {
        if (!_holds)
            _messages.Add(message);
        else if (_held.Count < MostHeld)
            _held.Add(message);
    }

    /// <summary>Sends what binds nobody.</summary>
    public void SendFreely(Message message) => _messages.Add(message);

    /// <summary>The vote changed: what is sent from now on waits for it.</summary>
    public void Hold() => _holds = true;

    /// <summary>The term changed: what was said in the one before is of no use any more.</summary>
    public void StartTerm()
    {
        _messages.Clear();
        _held.Clear();
        _snapshotReads.Clear();
        _holds = true;
    }

    /// <summary>Term and vote are durable.</summary>
    public void Release()
    {
        _holds = false;
        _messages.AddRange(_held);
        _held.Clear();
    }

    public void Answer(ReadReady read) => _reads.Add(read);

    public void Ask(SnapshotRead read) => _snapshotReads.Add(read);

    public void AskForSnapshot() => _wantsSnapshot = true;

    public void Refuse(RefusedForward forward) => _refused.Add(forward);

    public Ready Drain(Flush? flush, ImmutableArray<LogEntry> committed) => new()
    {
        Messages = Take(_messages),
        Flush = flush,
        Committed = committed,
        Reads = Take(_reads),
        SnapshotReads = Take(_snapshotReads),
        Refused = Take(_refused),
        WantsSnapshot = Take(ref _wantsSnapshot),
    };

    private static bool Take(ref bool wish)
    {
        var taken = wish;
        wish = false;
        return taken;
    }

    private static ImmutableArray<T> Take<T>(List<T> list)
    {
        if (list.Count == 0)
            return [];
        ImmutableArray<T> taken = [.. list];
        list.Clear();
        return taken;
    }
}
