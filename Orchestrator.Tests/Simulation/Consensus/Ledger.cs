using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>
/// The one true history: every entry that any member ever took as committed, and what a state machine that never crashes makes of it.
/// </summary>
internal sealed class Ledger(LinearizabilityChecker history)
{
    private readonly List<Line> _lines = [];
    private readonly Register _model = new();

    public ulong Count => (ulong)_lines.Count;

    /// <summary>Of all that is committed.</summary>
    public ulong Digest => _model.Digest;

    /// <summary>How many changes of the membership are committed.</summary>
    public int Memberships { get; private set; }

    /// <summary>As of the last committed membership entry; null while there was none.</summary>
    public Membership? Membership { get; private set; }

    public LogEntry? Entry(ulong index) => index >= 1 && index <= Count ? _lines[(int)index - 1].Entry : null;

    /// <summary>The last index that was certainly committed in this term or an earlier one.</summary>
    public ulong LastBefore(ulong term)
    {
        var index = _lines.Count;
        while (index > 0 && _lines[index - 1].Term > term)
            index--;
        return (ulong)index;
    }

    /// <summary>A member takes the entry as committed.</summary>
    /// <param name="term">the member's; the entry was committed in it or before</param>
    public void Committed(MemberId by, LogEntry entry, ulong term)
    {
        if (Entry(entry.Index) is { } known)
        {
            SafetyViolation.Unless(known.Term == entry.Term && known.Kind == entry.Kind
                    && known.Payload.Span.SequenceEqual(entry.Payload.Span), "state machine safety",
                () => $"{by} takes {entry} as committed, it was {known}");
            return;
        }
        SafetyViolation.Unless(entry.Index == Count + 1, "nothing is left out", () => $"{by}: {entry} behind {Count}");
        var outcome = _model.Apply(entry);
        _lines.Add(new Line(entry, term, _model.Digest));
        if (entry.Kind == EntryKind.Membership)
        {
            Membership = MembershipCodec.Decode(entry.Payload.Span);
            Memberships++;
        }
        history.Committed(outcome);
    }

    /// <summary>The state of the process must be that of the model at the same place.</summary>
    public void RequireSame(MemberProcess process)
    {
        var machine = process.Applies.Machine;
        var index = machine.Applied.Index;
        if (index == 0)
            return;
        SafetyViolation.Unless(index <= Count, "only what is committed is applied",
            () => $"{process.Member.Id} applied {machine.Applied}; {Count} are committed");
        var line = _lines[(int)index - 1];
        SafetyViolation.Unless(line.Entry.Term == machine.Applied.Term && line.Digest == machine.Digest,
            "all members have the same state", () => $"{process.Member.Id} at {machine.Applied}, expected {line.Entry.Position}"
                + (line.Digest == machine.Digest ? "" : "; the contents differ"));
    }

    /// <param name="Term">an upper bound of the term in which it was committed</param>
    private readonly record struct Line(LogEntry Entry, ulong Term, ulong Digest);
}
