using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>The state machine of a process, and what waits for it: entries to be applied, reads to be answered.</summary>
internal sealed class ApplyQueue
{
    private readonly World _world;
    private readonly MemberProcess _process;
    private readonly Queue<LogEntry> _entries = new();
    private readonly List<ReadReady> _reads = [];

    public ApplyQueue(World world, MemberProcess process)
    {
        _world = world;
        _process = process;
        var snapshot = process.Member.Disk.Snapshot;
        Machine = Register.Restore(snapshot.State);
        Membership = snapshot.Membership;
    }

    public Register Machine { get; private set; }

    /// <summary>As of what is applied.</summary>
    public Membership Membership { get; private set; }

    public void Add(ImmutableArray<LogEntry> committed)
    {
        foreach (var entry in committed)
            _entries.Enqueue(entry);
        if (!_world.IsHealed && _world.Chance(_world.Profile.ApplyLag))
            PlanApply(_world.Random.Next(5 * (int)Timeline.Tick));
        else
            ApplyAll();
    }

    public void Add(ReadReady read)
    {
        if (read.Index == 0)
            _world.Clients.Refused(_process, read.Ticket);
        else
            _reads.Add(read);
        AnswerReads();
    }

    /// <summary>The state becomes that of a snapshot from the leader.</summary>
    public void Restore(StoredSnapshot snapshot)
    {
        Machine = Register.Restore(snapshot.State);
        Membership = snapshot.Membership;
        while (_entries.TryPeek(out var entry) && entry.Index <= Machine.Applied.Index)
            _entries.Dequeue();
        _world.Checker.Applied(_process);
        AnswerReads();
    }

    private void PlanApply(long delay) => _world.Time.After(delay, () => _process.Input(ApplyAll));

    private void ApplyAll()
    {
        while (_entries.TryDequeue(out var entry))
        {
            if (!_process.Survives())
                return;
            Apply(entry);
        }
    }

    private void Apply(LogEntry entry)
    {
        SafetyViolation.Unless(entry.Index == Machine.Applied.Index + 1, "entries are applied in order, once",
            () => $"{_process.Member.Id}: {entry.Position} behind {Machine.Applied}");
        var outcome = Machine.Apply(entry);
        if (entry.Kind == EntryKind.Membership)
            Membership = MembershipCodec.Decode(entry.Payload.Span);
        _world.Checker.Applied(_process);
        _process.Core.Applied(entry.Index);
        _world.Clients.Applied(_process, outcome);
        AnswerReads();
    }

    private void AnswerReads()
    {
        for (var i = _reads.Count - 1; i >= 0; i--)
        {
            var read = _reads[i];
            if (read.Index > Machine.Applied.Index)
                continue;
            _reads.RemoveAt(i);
            _world.Clients.MayRead(_process, read.Ticket);
        }
    }
}
